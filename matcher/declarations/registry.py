"""The registry of all declared fields."""

from matcher.declarations import carrier, certificates, computed, enterprise, institution, qualifications
from matcher.fields import FieldRegistry

REGISTRY = FieldRegistry.of(
    (*enterprise.FIELDS, *qualifications.FIELDS, *certificates.FIELDS, *carrier.FIELDS, *institution.FIELDS),
    computed.FIELDS,
)
"""Every field of every kind of party (字段表)."""
