"""Settings of the service: `serving.yaml`, overridden by SERVE_* in the environment."""

import difflib
import ipaddress
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import limits
import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from components.shared.runtime import bounded_yaml
from components.shared.runtime.errors import InputError

FILE = Path("serving.yaml")
PREFIX = "SERVE_"
SECRETS = ("encryption_key", "encryption_key_file")
OF_CLIENTS = ("SERVE_ADDRESS", "SERVE_KEY", "SERVE_KEY_FILE")
"""Variables of `python -m serving client`, no settings."""
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def _split(value: object) -> object:
    """Reads the words of a variable of the environment: `a, b`."""
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    return value


def _rate(text: str) -> str:
    limits.parse(text)
    return text


def _network(text: str) -> str:
    ipaddress.ip_network(text, strict=False)
    return text


def _origin(text: str) -> str:
    scheme, _, host = text.partition("://")
    if scheme not in ("http", "https") or not host or "/" in host or "*" in host:
        raise ValueError("an origin is https://host or https://host:port, and never *")
    return text


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Rate = Annotated[str, AfterValidator(_rate)]


class Rates(BaseModel):
    """Limits of requests, such as `600/minute`.

    Attributes:
        key: requests of one key.
        wrong_key: wrong keys from one address.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Rate = "600/minute"
    wrong_key: Rate = "20/minute"


class Settings(BaseSettings):
    """All settings of the service.

    Attributes:
        model: a bundle's folder, `s3://bucket/models/<version>` or `models:/<name>@<alias>`.
        cache: the folder of bundles that were fetched from an S3 store.
        database: SQLite's or PostgreSQL's address.
        format: of the network: float32 (`onnx`), or `int8` where the bundle has it.
        policy: of the decision model; None: `review`, or its first where it has no such policy.
        quality: whether signatures are refused that cannot carry a decision.
        max_bytes: of a request's body.
        max_files: of a request, of one field.
        allowed_hosts: that a request's Host may name; `host` and this machine's always.
        trusted_proxies: addresses or networks whose X-Forwarded-* count.
        origins: web pages of other hosts that may ask, `https://host`.
        keep_images: days that images are kept; 0: they are not.
        keep_decisions: days that decisions are kept; None: for ever.
        rates: how often anybody may ask.
        queue: the most images that are under way.
        drain: seconds between the end of readiness and the end of the service, at SIGTERM.
        encryption_key: of the database; from the environment or a file alone.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    model: str = "models/frozen"
    cache: Path = Path("serving-data/models")
    database: str = "sqlite:///serving-data/signatures.db"
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    format: Literal["onnx", "int8"] = "onnx"
    policy: str | None = None
    quality: bool = True
    max_bytes: int = Field(32 << 20, ge=1024)
    max_files: int = Field(20, ge=1, le=100)
    allowed_hosts: Words = ()
    trusted_proxies: Annotated[Words, AfterValidator(lambda all_: tuple(map(_network, all_)))] = ()
    origins: Annotated[Words, AfterValidator(lambda all_: tuple(map(_origin, all_)))] = ()
    keep_images: int = Field(0, ge=0)
    keep_decisions: int | None = Field(365, ge=1)
    rates: Rates = Rates()
    queue: int = Field(64, ge=1)
    drain: float = Field(1.0, ge=0, allow_inf_nan=False)
    encryption_key: SecretStr | None = None
    encryption_key_file: Path | None = None

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that a request may name, in lower case."""
        return frozenset(name.lower() for name in (*LOOPBACK, self.host, *self.allowed_hosts))

    def read_encryption_key(self) -> str | None:
        """Returns the text of the encryption key; None where there is none.

        Raises:
            InputError: its file cannot be read.
        """
        if self.encryption_key is not None:
            return self.encryption_key.get_secret_value()
        if self.encryption_key_file is None:
            return None
        try:
            return self.encryption_key_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise InputError(
                f"{self.encryption_key_file}: the encryption key cannot be read"
            ) from None


def load(path: Path = FILE, **options: Any) -> Settings:
    """Reads the settings; those of a command line count most, then SERVE_*, then the file.

    Args:
        path: the file, which need not be there.
        options: of the command line; None: not given.

    Raises:
        InputError: a name is unknown, a value wrong, or the file holds a secret.
    """
    values = _read(path)
    _refuse_unknown(values, Settings.model_fields, str(path))
    rates = values.get("rates")
    if isinstance(rates, dict):
        _refuse_unknown(rates, Rates.model_fields, f"{path}: rates")
    _refuse_secrets(values, path)
    _refuse_unknown_variables(os.environ)
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return _with_file(values)(**given)
    except ValidationError as error:
        raise InputError(f"settings ({path} or {PREFIX}*): {_faults(error)}") from None


def _with_file(values: dict[str, Any]) -> type[Settings]:
    """Returns the settings with a file's values as their weakest source."""

    class WithFile(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, InitSettingsSource(settings_cls, values)

    return WithFile


def _read(path: Path) -> dict[str, Any]:
    try:
        content = bounded_yaml.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path}: cannot be read as a text file") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not valid YAML: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise InputError(f"{path}: not `name: value` lines")
    return {str(name): value for name, value in content.items()}


def _refuse_unknown(values: Iterable[str], known: Iterable[str], origin: str) -> None:
    names = list(known)
    for name in values:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0)
            raise InputError(f"{origin}: unknown setting '{name}'; did you mean '{near[0]}'?")


def _refuse_secrets(values: Mapping[str, Any], path: Path) -> None:
    for name in SECRETS:
        if name in values:
            raise InputError(
                f"{path}: {name} does not belong in this file; "
                f"set {PREFIX}{name.upper()} in the environment"
            )


def _refuse_unknown_variables(environment: Iterable[str]) -> None:
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    known += [f"{PREFIX}RATES__{name.upper()}" for name in Rates.model_fields]
    given = [name for name in environment if name.startswith(PREFIX) and name not in OF_CLIENTS]
    _refuse_unknown(given, known, "environment")


def _faults(error: ValidationError) -> str:
    """Describes what is wrong without the values, one of which may be secret."""
    faults = []
    for each in error.errors(include_input=False, include_url=False, include_context=False):
        place = ".".join(map(str, each["loc"]))
        faults.append(f"{place}: {each['msg'][0].lower()}{each['msg'][1:]}")
    return "; ".join(faults)
