"""Tables of access: accounts, their sessions, their API keys. Of a secret only what it is checked by is kept."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from api.store.tables import Document, OptionalDocument, UtcDateTime, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, ForeignKey("tenants.id"), nullable=False),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("party_id", Text, nullable=True),
    Column("subject", Text, nullable=True),
    Column("password", Text, nullable=True),
    Column("must_change", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("demo", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", UtcDateTime, nullable=True),
    Column("created", UtcDateTime, nullable=False),
    UniqueConstraint("login"),
    UniqueConstraint("subject"),
    Index(None, "tenant_id"),
)
"""Who may sign in. `password` is an argon2 hash, `subject` an OIDC issuer and subject; `login` is one per database."""

sessions = Table(
    "sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("id", Text, nullable=False),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("label", Text, nullable=False),
    Column("scope", OptionalDocument, nullable=True),
    Column("created", UtcDateTime, nullable=False),
    Column("seen", UtcDateTime, nullable=False),
    Column("expires", UtcDateTime, nullable=False),
    UniqueConstraint("id"),
    Index(None, "account_id"),
    Index(None, "expires"),
)
"""A session; `digest` is the sha256 of its token, `id` names it in lists. A revoked one is gone."""

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("scope", Document, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("expires", UtcDateTime, nullable=False),
    Column("revoked", UtcDateTime, nullable=True),
    Column("used", UtcDateTime, nullable=True),
    UniqueConstraint("digest"),
    Index(None, "account_id"),
)
"""An API key; `id` is the public part that it begins with, `digest` the sha256 of the whole."""
