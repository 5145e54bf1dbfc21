"""The registry of all declared fields."""

from matcher.declarations import carrier, certificates, computed, enterprise, institution, qualifications
from matcher.declarations.tags import withheld_field
from matcher.fields import FieldRegistry

_DECLARED = (*enterprise.FIELDS, *qualifications.FIELDS, *certificates.FIELDS, *carrier.FIELDS, *institution.FIELDS)

REGISTRY = FieldRegistry.of((*_DECLARED, withheld_field(_DECLARED)), computed.FIELDS)
"""Every field of every kind of party (字段表)."""
