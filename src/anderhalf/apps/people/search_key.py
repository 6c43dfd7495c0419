"""The column in which a patient is found by name."""

from __future__ import annotations

from django.db import models

from .names import search_key

NAME_PARTS = ("initials", "given_name", "prefix", "family_name")


class SearchKeyField(models.CharField):
    """The names of the row, folded for searching; worked out anew at every save, also of many rows at once."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        key = search_key(*(getattr(model_instance, part) for part in NAME_PARTS))
        setattr(model_instance, self.attname, key)
        return key
