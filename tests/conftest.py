"""What tests of the whole share: one store with the built-in case, one assessment of it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from comity.core.settings import Settings

# Time is measured by the benchmarks; a busy machine must not fail a test. Examples are the same in
# every run, so that a red gate can be repeated.
hypothesis_settings.register_profile("comity", deadline=None, derandomize=True)
hypothesis_settings.load_profile("comity")

DRAWS = 200
SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside() -> Iterator[None]:
    kept = {name: value for name, value in os.environ.items() if name.startswith("COMITY_")}
    for name in kept:
        if name != "COMITY_GOLDEN":
            del os.environ[name]
    yield
    os.environ.update(kept)


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory):
    from comity.workspace import Workspace  # noqa: PLC0415 -- tests of one module need not wait

    return Workspace(Settings(home=tmp_path_factory.mktemp("store"), draws=DRAWS))


@pytest.fixture(scope="session")
def assessment(workspace):
    return workspace.assess("RUS", "IRN")


@pytest.fixture
def shared_data() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the folder of publishers' files is not beside the project")
    return SHARED
