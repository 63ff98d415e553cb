import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _nobody_has_asked_for_mail():
    cache.clear()
