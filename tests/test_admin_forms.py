"""Every form of the administration, over the real catalogue."""

import pytest
from django.contrib import admin

from directory.admin import NotOverwrittenAdmin
from tests.test_overtaking import errors, opened, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_catalogue")]


def test_every_form_says_what_it_showed_and_is_saved_as_it_was_opened():
    client, seen = staff(), 0
    for model, shown in admin.site._registry.items():
        record = model._default_manager.first() if isinstance(shown, NotOverwrittenAdmin) else None
        if record is not None:
            answer = client.post(*opened(client, record))
            assert answer.status_code == 302, (model, errors(answer))
            seen += 1
    assert seen > 12
