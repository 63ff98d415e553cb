"""Redis as a cache that may go away at any time."""

import logging
import time

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

SECONDS_OF_REST = 1  # a Redis that does not answer costs one wait a second, not one a request

log = logging.getLogger(__name__)


class Redis(RedisCache):
    """Django's own, but a Redis that is away is an empty cache: nothing found, nothing kept.

    What must not be lost is in the database; so nobody is signed out and no page fails.
    """

    _rests_until = 0.0

    def _or(self, fallback, call, *args, **kwargs):
        if time.monotonic() < Redis._rests_until:
            return fallback
        try:
            return call(*args, **kwargs)
        except RedisError as error:
            Redis._rests_until = time.monotonic() + SECONDS_OF_REST
            log.warning("The cache is away: %s", type(error).__name__)
            return fallback

    def get(self, key, default=None, version=None):
        return self._or(default, super().get, key, default, version)

    def get_many(self, keys, version=None):
        return self._or({}, super().get_many, keys, version)

    def has_key(self, key, version=None):
        return self._or(False, super().has_key, key, version)

    def add(self, key, value, *args, **kwargs):
        """True when Redis is away: whoever asks may go on."""
        return self._or(True, super().add, key, value, *args, **kwargs)

    def set(self, key, value, *args, **kwargs):
        return self._or(None, super().set, key, value, *args, **kwargs)

    def set_many(self, data, *args, **kwargs):
        return self._or(list(data), super().set_many, data, *args, **kwargs)

    def touch(self, key, *args, **kwargs):
        return self._or(False, super().touch, key, *args, **kwargs)

    def delete(self, key, version=None):
        return self._or(False, super().delete, key, version)

    def delete_many(self, keys, version=None):
        return self._or(None, super().delete_many, keys, version)

    def clear(self):
        return self._or(False, super().clear)

    def incr(self, key, delta=1, version=None):
        """As if the counting had begun now, when Redis is away."""
        return self._or(delta, super().incr, key, delta, version)
