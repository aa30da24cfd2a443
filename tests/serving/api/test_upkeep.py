"""What is done from time to time."""

from serving.api.service import Service
from serving.api.upkeep import Upkeep
from serving.store.decision_rows import NewDecision
from serving.store.tables import DecisionRow


def test_decisions_that_are_too_old_go(service: Service) -> None:
    from datetime import UTC, datetime, timedelta

    from sqlalchemy import update

    old = service.store.decisions.add(NewDecision("verify", "accept", "s", "v"))
    new = service.store.decisions.add(NewDecision("verify", "accept", "s", "v"))
    before = datetime.now(UTC) - timedelta(days=366)
    with service.store.database.writing() as session:
        session.execute(update(DecisionRow).where(DecisionRow.id == old).values(created=before))
    with Upkeep(service.store, service.settings):
        pass
    assert [each.id for each in service.store.decisions.list().items] == [new]
