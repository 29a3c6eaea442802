"""Roads to other participants and the links over them, by the CON rules of docs/SPEC.md. Pure but for :mod:`.rtc`."""
