"""The store as the service holds it."""

from dataclasses import dataclass

from serving.store import history
from serving.store.addresses import DEFAULT
from serving.store.audit import Audit
from serving.store.database import Database
from serving.store.decisions import Decisions
from serving.store.evidence import EvidenceCounts
from serving.store.journal import Journal
from serving.store.keys import Keys
from serving.store.people import People
from serving.store.spaces import Spaces
from serving.store.transactions import Transactions
from serving.store.vault import Vault, open_vault


@dataclass(frozen=True)
class Store:
    """All of a store's parts, on one database and one vault."""

    database: Database
    vault: Vault
    people: People
    spaces: Spaces
    decisions: Decisions
    evidence: EvidenceCounts
    keys: Keys
    audit: Audit
    transactions: Transactions

    def require_key(self) -> None:
        """Refuses to go on with an encryption key that was changed.

        Raises:
            KeyChanged: another process has changed it.
        """
        with self.database.reading() as session:
            self.vault.require_current(session)

    def close(self) -> None:
        """Closes all connections."""
        self.database.close()


def open_store(
    url: str = DEFAULT, key: bytes | None = None, keep_images: bool = False, upgrade: bool = True
) -> Store:
    """Opens a store; a new one gets its tables, and the encryption key as its own.

    Args:
        url: the database.
        key: the encryption key, 32 bytes; None: nothing is encrypted, which the caller tells.
        keep_images: whether images of references are kept.
        upgrade: whether older tables are brought up to date, or refused.

    Raises:
        InputError: the database cannot be reached or used, or the key is not its own.
    """
    database = Database(url)
    try:
        if upgrade:
            history.upgrade(database)
        history.check(database)
        vault = open_vault(database, key)
    except BaseException:
        database.close()
        raise
    journal = Journal(database, vault)
    return Store(
        database=database,
        vault=vault,
        people=People(database, vault, keep_images),
        spaces=Spaces(database, vault),
        decisions=Decisions(database, vault, journal),
        evidence=EvidenceCounts(database),
        keys=Keys(database),
        audit=Audit(database, vault, journal),
        transactions=Transactions(database, vault),
    )
