"""The roles of keys, known without opening a store."""

from typing import Literal, get_args

Role = Literal["admin", "operator", "verifier", "metrics"]
ROLES: tuple[Role, ...] = get_args(Role)
