"""The audit by the command line: whole, or broken at a line."""

from sqlalchemy import delete

from serving.store.store import Store
from serving.store.tables import AuditRow
from tests.serving.commands.conftest import Run


def test_a_removed_line_is_named(run: Run, store: Store) -> None:
    for _ in range(3):
        store.audit.append("key", "verify", None, "accept")
    assert run("audit", "verify") == "the audit is whole\n"
    with store.database.writing() as session:
        session.execute(delete(AuditRow).where(AuditRow.id == 2))
    assert "line 2" in run("audit", "verify")
