"""What a participant in Python looks at before it believes, keeps or answers: each look alone, by the act it is for."""

from __future__ import annotations

from peerbook.peer.envelope import Envelope
from peerbook.peer.founding import found_class
from peerbook.peer.keys.answer import Admission, make_answer
from peerbook.peer.keys.door import KNOCKS_PER_MINUTE
from peerbook.peer.keys.knock import KnockFault, make_knock, read_knock
from peerbook.peer.overlay.messages import AdmitMessage, EnvelopeMessage, KnockMessage, encode_message
from peerbook.peer.sealed import DocumentKey

from .peer_kit import DOCUMENT, World, sealer_of, somebody
from .society_kit import JOIN_SECRET, Member, School, source_of

KNOCK, ADMIT = encode_message(KnockMessage(b"k"))[0], encode_message(AdmitMessage(b"k"))[0]


def place(school: School, who: Member, epoch: int) -> Envelope:
    return Envelope(school.class_id, school.document, who.session, "document", 0, b"x", epoch)


def test_rol9_what_is_sealed_for_an_epoch_that_nobody_stated_is_not_taken_yet() -> None:
    school = School()
    ada = school.ada
    own = ada.own.introduced
    assert ada.society.standing(own, place(school, ada, 1)) == "may"
    assert ada.society.standing(own, place(school, ada, 2)) == "unknown"
    school.epoch("open")
    assert ada.society.standing(own, place(school, ada, 2)) == "may"


def test_key6_an_admission_to_another_class_or_of_garbage_teaches_nothing() -> None:
    school = School()
    chance = school.world.chance
    eve = somebody(chance, school.class_id)
    other = found_class(eve.introduced.root_key, eve.introduced.root_key, chance.randbytes)
    for founding in (other.record, b"", b"garbage", school.founding.record[:-1]):
        ben = school.comes("Ben")
        ben.society._learn(Admission(founding, (), ((1, bytes(32)),)))
        assert ben.society.roles is None, founding
        assert ben.known.founding is None
        assert not ben.society.keyring.all()


def test_key3_who_reads_somebody_else_s_notebook_hands_its_secret_to_nobody() -> None:
    school = School()
    ada = school.ada
    ben = school.comes("Ben", ada)
    school.wait()
    document = f"{'5e' * 32}.mine.{ben.participant}"
    source = source_of(ben.open(document))
    source += "Ben's own"
    school.wait()
    assert ada.society.key_for(document, "document") is not None
    before = len(ada.society.known())
    ada.society.key_for(document, "document")
    school.wait()
    assert document not in ada.society._mine
    assert len(ada.society.known()) == before


def knock_of(school: School, member: Member, salt: bytes) -> bytes:
    own = member.own
    return make_knock(
        school.class_id, JOIN_SECRET, signer=own.signer, introduction=own.introduction, name="x", salt=salt
    )


def test_key9_knocks_beyond_what_one_neighbour_may_bring_in_a_minute_are_not_read() -> None:
    school = School()
    ada, ben = school.ada, school.comes("Ben")
    school.world.join(ben, ada)
    school.wait()
    before = ben.count(ADMIT)
    for number in range(KNOCKS_PER_MINUTE):
        ada.society.doorway.hear_knock(ben.session, number.to_bytes(4, "big"))
    ada.society.doorway.hear_knock(ben.session, knock_of(school, ben, b"1" * 16))
    school.wait(1)
    assert ben.count(ADMIT) == before
    school.wait(60)
    ada.society.doorway.hear_knock(ben.session, knock_of(school, ben, b"2" * 16))
    school.wait(1)
    assert ben.count(ADMIT) == before + 1


def test_key7_a_knock_is_answered_once_and_one_s_own_by_others() -> None:
    school = School()
    ada, ben = school.ada, school.comes("Ben")
    school.world.join(ben, ada)
    school.wait()
    before = ben.count(ADMIT)
    knock = knock_of(school, ben, b"1" * 16)
    for _ in range(3):
        ada.society.doorway.hear_knock(ben.session, knock)
    ada.society.doorway.hear_knock(ben.session, knock_of(school, ada, b"3" * 16))
    school.wait(1)
    assert ben.count(ADMIT) == before + 1


def test_key5_a_knock_that_does_not_know_the_secret_of_the_link_is_no_knock() -> None:
    school = School()
    ada, ben = school.ada, school.comes("Ben")
    school.world.join(ben, ada)
    school.wait()
    before = ben.count(ADMIT)
    own = ben.own
    stranger = make_knock(
        school.class_id, b"?" * 16, signer=own.signer, introduction=own.introduction, name="x", salt=b"4" * 16
    )
    assert isinstance(read_knock(school.class_id, JOIN_SECRET, stranger), KnockFault)
    ada.society.doorway.hear_knock(ben.session, stranger)
    school.wait(1)
    assert ben.count(ADMIT) == before


def test_key6_an_answer_to_a_knock_that_one_did_not_make_is_passed_by() -> None:
    school = School()
    chance = school.world.chance
    ben = school.comes("Ben")
    founding = school.founding.record
    admission = Admission(founding, (), ((1, bytes(32)),))
    data = make_answer(school.class_id, chance.randbytes(32), ben.own.introduced.agreement_key, admission, bytes(32))
    assert data is not None
    ben.society.doorway.hear_answer("anybody", data)
    ben.society.doorway.hear_answer("anybody", b"garbage")
    assert ben.society.roles is None


def test_syn16_what_says_another_kind_than_the_document_is_is_not_in_its_log() -> None:
    world = World()
    one, other = world.page(), world.page()
    world.join(one, other)
    one.text += "a word"
    world.clock.advance(1000)
    for sealed in sealer_of(one.own, document=DOCUMENT, kind="outputs").seal(DocumentKey(0, b"k" * 32), b"\0\0"):
        other.engine.hear(one.session, "control", encode_message(EnvelopeMessage(sealed.data)))
    world.clock.advance(1000)
    assert str(other.text) == "a word"
    assert other.replica.log.count(one.session) == 1
    one.text += " more"
    world.clock.advance(1000)
    assert str(other.text) == "a word more"
