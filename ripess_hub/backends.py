"""Django's own backends, made to keep what they would make anew for every request."""

from functools import cache

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from whitenoise.storage import CompressedManifestStaticFilesStorage


class OneClient(RedisCacheClient):
    """Keeps its client: making one costs as much as the question it is made for."""

    kept = None

    def get_client(self, key=None, *, write=False):
        if self.kept is None:
            self.kept = super().get_client(key, write=write)
        return self.kept


class PagesCache(RedisCache):
    def __init__(self, server, params):
        super().__init__(server, params)
        self._class = OneClient


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Looks up the address of a file once: a page of results shows some thirty."""

    @cache  # noqa: B019 (a process has one storage)
    def url(self, name, force=False):
        return super().url(name, force)
