"""Keys by the command line."""

from serving.store.store import Store
from tests.serving.commands.conftest import Run


def test_a_key_is_created_listed_and_revoked(run: Run, store: Store) -> None:
    plain = run(
        "keys", "create", "--name", "desk", "--role", "verifier", "--expires", "90d"
    ).strip()
    key = store.keys.check(plain)
    assert key is not None
    assert key.role == "verifier"
    assert key.expires is not None
    assert (key.expires - key.created).days in (89, 90)
    listed = run("keys", "list")
    assert key.prefix in listed
    assert "verifier" in listed
    assert plain not in listed
    run("keys", "revoke", key.prefix)
    assert store.keys.check(plain) is None
    assert "revoked" in run("keys", "list")
    assert [line.action for line in store.audit.list().items] == ["key revoked", "key created"]


def test_bad_input_is_said_in_a_line(run: Run) -> None:
    assert "--name" in run("keys", "create")
    assert "90d" in run("keys", "create", "--name", "x", "--expires", "soon")
    assert "which key?" in run("keys", "revoke")
    assert "takes no key" in run("keys", "list", "x")
    assert "not in this database" in run("keys", "revoke", "nobody")
    assert "admin alone" in run("keys", "create", "--name", "x", "--embed")
