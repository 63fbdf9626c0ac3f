"""Settings of a machine or an installation, read from ``KHABAR_*`` environment variables."""

import socket
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from crawler import __version__
from crawler.errors import UsageError
from crawler.folders import default_data_dir, settings_file


class Settings(BaseSettings):
    """Where the stores are, who we are, and the limits of a crawl.

    Sizes are bytes, times are seconds.
    """

    model_config = SettingsConfigDict(env_prefix="KHABAR_", extra="ignore", frozen=True)

    data_dir: Path = Field(default_factory=default_data_dir)
    """Embedded servers, logs and kept pages live here."""
    mongodb_uri: SecretStr | None = None
    """A real MongoDB server; unset, an embedded one is started in `data_dir`."""
    mongodb_database: str = "khabar"
    redis_url: SecretStr | None = None
    """A real Redis or Valkey server; unset, an embedded one is started in `data_dir`."""
    store_timeout: Annotated[float, Field(gt=0)] = 10.0
    """How long one request to a store may take before the store counts as gone."""
    store_patience: Annotated[float, Field(ge=0)] = 60.0
    """How long a crawl waits for a store that went away to come back."""

    dedup_window: Annotated[float, Field(ge=1)] | None = None
    """Days after which an article leaves the dedup index; unset, all stay."""

    contact: str | None = None
    """A mail address or URL that a site's keeper can complain to; part of the User-Agent."""
    operator: str | None = None
    """Who runs this archive, a person or an institution: stands in the captures, which may become
    evidence."""
    concurrent_sites: Annotated[int, Field(ge=1, le=64)] = 4
    """How many sites one `khabar crawl` crawls side by side, one process each."""
    extraction_workers: Annotated[int, Field(ge=1, le=64)] = 1
    """Processes that extract pages, for each site being crawled."""
    delay: Annotated[float, Field(ge=0)] = 1.0
    """Pause between two requests to one site, where neither seed nor robots.txt asks for more."""
    fetch_timeout: Annotated[float, Field(gt=0)] = 30.0
    """How long one page may take, from request to last byte."""
    max_page_bytes: Annotated[int, Field(ge=10_000)] = 8 * 1024 * 1024
    """Larger pages are refused. News pages stay under 1 MB; feeds with full texts reach some MB."""
    extraction_timeout: Annotated[float, Field(gt=0)] = 20.0
    """A page that keeps extraction busy for longer is quarantined."""

    name_variants: Path | None = None
    """A TOML file of names that are written in several ways, for searches; adds to the bundled ones."""

    wayback_index: str = "https://web.archive.org/cdx/search/cdx"
    """Where `khabar import wayback` asks for the index of a site's captures (CDX)."""
    wayback_replay: str = "https://web.archive.org/web"
    """Where captures are, under ``/TIMESTAMPid_/ADDRESS``."""

    webhook_url: SecretStr | None = None
    """Told, by a POST of JSON, when a site turns bad or good again. Secret: such addresses hold a key."""
    web_tokens: SecretStr | None = None
    """Tokens, separated by commas, one of which a reader of `khabar web` has to show; unset: none."""
    metrics: str | None = None
    """Port, or address:port, at which `khabar schedule` serves metrics for Prometheus; unset: nowhere."""

    @field_validator("wayback_index", "wayback_replay")
    @classmethod
    def _archive_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("it is not an http or https address without a query")
        return value

    @field_validator("webhook_url")
    @classmethod
    def _web_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts = urlsplit(value.get_secret_value())
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("it is not an http or https address")
        return value

    timestamp_url: str | None = None
    """A time-stamping authority (RFC 3161), http or https: it stamps the custody log's head once a day."""
    timestamp_roots: Path | None = None
    """A PEM file with the certificates of the authorities that `khabar verify` trusts."""

    @field_validator("timestamp_url")
    @classmethod
    def _authority(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("it is not an http or https address")
        return value

    raw_pages: bool = True
    """Whether the pages of stored articles are kept as fetched, in `data_dir`/raw, for `khabar reextract`."""
    raw_pages_bytes: Annotated[int, Field(ge=1024 * 1024)] = 1024 * 1024 * 1024
    """What the kept pages of one site may take, compressed: some 50,000 pages. The oldest go first."""

    @field_validator("metrics")
    @classmethod
    def _port(cls, value: str | None) -> str | None:
        port = (value or "1").rpartition(":")[2]
        if not (port.isdecimal() and len(port) <= 5 and 0 < int(port) <= 65535):
            raise ValueError("it is not a port or address:port; for example 9464 or 0.0.0.0:9464")
        return value

    def as_environment(self) -> dict[str, str]:
        """Return the settings as environment variables, for a child process that is to have the same ones."""
        environment = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if value is not None:
                text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
                environment[f"KHABAR_{name.upper()}"] = text
        return environment

    @property
    def user_agent(self) -> str:
        """The one User-Agent of every request: the project and, where set, whom to contact."""
        return f"Khabar/{__version__} (+{self.contact})" if self.contact else f"Khabar/{__version__}"

    @property
    def installation(self) -> dict[str, str]:
        """What captures and the custody log say of us: which Khabar, on which machine, and whose."""
        facts = {
            "software": f"Khabar/{__version__}",
            "operator": self.operator or "",
            "hostname": socket.gethostname(),
        }
        return {name: value for name, value in facts.items() if value}


def _user_settings() -> Path | None:
    """The file of the user's settings, if there is one.

    Raises:
        UsageError: It cannot be read, or names a setting that there is not.
    """
    path = settings_file()
    if not path.is_file():
        return None
    try:
        names = dotenv_values(path, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as settings: {error}") from None
    variables = {f"KHABAR_{name.upper()}" for name in Settings.model_fields}
    if unknown := [name for name in names if name.upper() not in variables]:
        raise UsageError(f"{path}: unknown: {', '.join(unknown)}; there are {', '.join(sorted(variables))}")
    return path


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment, and from the user's file what it does not say.

    Args:
        overrides: Values that go before the environment's; None means "not given".

    Raises:
        UsageError: A variable has a value that is not allowed; the message names it. Or the file is wrong.
    """
    given = {key: value for key, value in overrides.items() if value is not None}
    try:
        return Settings(_env_file=_user_settings(), **given)  # type: ignore[arg-type]  # validated by pydantic, which names the key
    except ValidationError as error:
        lines = [f"KHABAR_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors()]
        raise UsageError("invalid setting: " + "; ".join(lines)) from None
