"""A service that a real server answers by."""

from typing import NamedTuple

from serving.api.service import Service
from serving.client.client import Client
from serving.store.roles import Role


class Running(NamedTuple):
    """A service and the address that it answers at."""

    service: Service
    address: str

    def key(self, role: Role = "admin") -> str:
        """Returns a new key of a role."""
        return self.service.store.keys.create(role, role).plain

    def client(self, role: Role = "admin") -> Client:
        """Returns a client with a new key of a role."""
        return Client(self.address, self.key(role))
