"""Changes of people and decisions: what belongs to one is committed together, or not at all."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVarTuple

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from serving.store import audit_chain, idempotency
from serving.store.audit_chain import Words
from serving.store.database import Database
from serving.store.gallery_revision import lock
from serving.store.idempotency import RepeatableRequest, StoredAnswer
from serving.store.vault import Vault

Ts = TypeVarTuple("Ts")


@dataclass
class Transaction:
    """A change on its way, with its line of the audit and the answer to the request for it.

    Attributes:
        request: that asks for the change, if it may come again.
        removes: whether something personal is removed by it.
    """

    session: Session
    vault: Vault
    request: RepeatableRequest | None = None
    removes: bool = False

    def rows(self, statement: Select[*Ts], values: Mapping[str, Any]) -> Sequence[Row[*Ts]]:
        """Returns the rows of a statement, as the change has made them."""
        return self.session.execute(statement, values).all()

    def note(self, line: Words) -> None:
        """Adds the line of the audit."""
        audit_chain.extend(self.session.connection(), self.vault, [line])

    def answer(self, status: int, body: bytes, person_id: str | None = None) -> None:
        """Keeps the answer for a repetition, until the person that it tells of is deleted."""
        if self.request is not None:
            answer = StoredAnswer(status, body)
            idempotency.keep(self.session, self.vault, self.request, answer, person_id)


class Transactions:
    """The changes of a store; they happen one after the other."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    @contextmanager
    def begin(self, request: RepeatableRequest | None = None) -> Iterator[Transaction]:
        """Yields a transaction, which is committed at the end.

        Raises:
            AlreadyDone: the request was carried out before.
            KeyReused: its key came before with another request.
            KeyChanged: another process changed the encryption key.
        """
        with self._database.writing() as session:
            lock(session, self._vault)
            if request is not None:
                idempotency.require_new(session, self._vault, request)
            transaction = Transaction(session, self._vault, request)
            yield transaction
        if transaction.removes:
            self._database.forget()

    def within(self, transaction: Transaction | None) -> AbstractContextManager[Transaction]:
        """Returns a transaction that goes on, or a new one."""
        return self.begin() if transaction is None else nullcontext(transaction)

    def answer_to(self, request: RepeatableRequest) -> StoredAnswer | None:
        """Returns the answer that a request got before.

        Raises:
            KeyReused: its key came before with another request.
        """
        with self._database.reading() as session:
            return idempotency.find(session, self._vault, request)
