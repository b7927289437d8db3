from workinggroup.admin.calls import CallAdmin, in_words
from workinggroup.admin.groups import BY_GROUP, OfGroupAdmin, OnlyOwnGroups

__all__ = ["BY_GROUP", "CallAdmin", "OfGroupAdmin", "OnlyOwnGroups", "in_words"]
