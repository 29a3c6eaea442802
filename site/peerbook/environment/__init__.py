"""The Python that notebooks run on: which packages (`locking`), and their files in the site (`vendor`).

Pure: `target`, `index`, `wheels`, `distribution`, `offers`, `resolver`, `words`, `lock`, `archive`.
Shells: `transport`, `registry`, `mirror`, `cache`, `fetching`, `building`, `context`.
"""

from peerbook.environment.context import Context
from peerbook.environment.errors import PackageUnavailable
from peerbook.environment.lock import LOCK_NAME, Lock, LockedPackage, fingerprint
from peerbook.environment.locking import ensure_lock, lock_base, lock_workshop
from peerbook.environment.record import ArchiveRecord, EnvironmentRecord, PackageRecord
from peerbook.environment.vendor import VendoredSite, vendor_site

__all__ = [
    "LOCK_NAME",
    "ArchiveRecord",
    "Context",
    "EnvironmentRecord",
    "Lock",
    "LockedPackage",
    "PackageRecord",
    "PackageUnavailable",
    "VendoredSite",
    "ensure_lock",
    "fingerprint",
    "lock_base",
    "lock_workshop",
    "vendor_site",
]
