"""The refusals of the store that a caller answers in its own words."""


class StoreRefusal(Exception):  # noqa: N818
    """A request that the store cannot carry out as it stands; nothing was changed."""


class Unknown(StoreRefusal):
    """No such person, reference, decision or key."""


class Taken(StoreRefusal):
    """Another person has this value."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is taken")
        self.field = field


class Outdated(StoreRefusal):
    """A change of something that somebody else has changed since it was read."""


class LastReference(StoreRefusal):
    """The removal of the only reference of a person."""


class NoReference(StoreRefusal):
    """A person without any reference, or none added."""


class SameImage(StoreRefusal):
    """An image that is a reference already.

    Attributes:
        person_id: the person whose reference it is.
        index: the image's place among those given.
    """

    def __init__(self, person_id: str, index: int) -> None:
        super().__init__(f"image {index} is a reference already")
        self.person_id = person_id
        self.index = index


class WrongSpace(StoreRefusal):
    """Embeddings that cannot be compared: of another space, or of another dimension."""


class KeyReused(StoreRefusal):
    """An idempotency key that came before with another request."""


class AlreadyDone(StoreRefusal):
    """A request that was carried out before.

    Attributes:
        status: of the answer to it.
        body: of that answer.
    """

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__("the request was carried out before")
        self.status = status
        self.body = body


class NotOpen(StoreRefusal):
    """A decision that waits for no review."""


class KeyChanged(StoreRefusal):
    """A store whose encryption key was changed while this process held the former one."""

    def __init__(self) -> None:
        super().__init__("the encryption key was changed: start again with the new one")
