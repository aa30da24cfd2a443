"""Figures in a registry of the service's own."""

from serving.api.metrics import Metrics


def test_evidence_is_counted_by_decision_and_live_figures_are_read_when_asked_for() -> None:
    metrics, values = Metrics(), [1.0]
    metrics.watch("serving_queue", "Images that are under way.", lambda: values[0])
    metrics.decided("verify", "accept", 2.5)
    metrics.decided("verify", "reject", None)
    values[0] = 7.0
    text = metrics.text().decode()
    assert "serving_queue 7.0" in text
    assert 'serving_evidence_bucket{kind="verify",le="3.0",outcome="accept"} 1.0' in text
    assert 'serving_evidence_count{kind="verify",outcome="reject"}' not in text
    assert 'serving_decisions_total{kind="verify",outcome="reject"} 1.0' in text


def test_two_services_in_a_process_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.answered("GET", "/livez", 200, 0.1)
    assert b'route="/livez"' in first.text()
    assert b'route="/livez"' not in second.text()
