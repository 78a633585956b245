# SPDX-License-Identifier: GPL-3.0-or-later
import pytest

from foleycue_plugin.backend_process import stop_backend
from foleycue_shared.places import HOME_VARIABLE
from foleycue_shared.places import home as places_home


@pytest.fixture(scope="module")
def real_home(tmp_path_factory):
    """A home with a real backend of its own, ended afterwards."""
    path = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(path))
        yield places_home(path)
        stop_backend(places_home(path), force=True)
