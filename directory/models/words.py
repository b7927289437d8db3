from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F


class Word(models.Model):
    """A word of a published name, acronym or title, as searches read it: what a word with a typo may have
    meant. The database notes them (migration `words`) and forgets none: one that no name holds any more
    finds nothing."""

    word = models.CharField(max_length=60, primary_key=True)

    class Meta:
        indexes = [GinIndex(OpClass(F("word"), "gin_trgm_ops"), name="word_trigrams")]

    def __str__(self):
        return self.word
