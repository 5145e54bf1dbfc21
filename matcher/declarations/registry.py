"""The registry of all declared fields."""

from matcher.declarations import carrier, certificates, computed, enterprise, institution
from matcher.fields import FieldRegistry

REGISTRY = FieldRegistry.of(
    (*enterprise.FIELDS, *certificates.FIELDS, *carrier.FIELDS, *institution.FIELDS), computed.FIELDS
)
"""Every field of every kind of party (字段表)."""
