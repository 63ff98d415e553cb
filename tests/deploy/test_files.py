"""Facts about deploy/ that need no server: what is named there exists, and nothing secret is in it."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from allforces import environment
from blog.pagecache.policy import Policy

DEPLOY = Path(settings.BASE_DIR) / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def instructions() -> list[tuple[str, str]]:
    """Of the Dockerfile, with continued lines joined."""
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.M).replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line.strip()]


def test_the_image_is_built_in_stages_and_runs_as_nobody_in_particular():
    words = [word for word, _ in instructions()]
    last = len(words) - 1 - words[::-1].index("FROM")
    assert words.count("FROM") == 2
    assert set(words) <= {
        "FROM",
        "ENV",
        "RUN",
        "WORKDIR",
        "COPY",
        "USER",
        "EXPOSE",
        "STOPSIGNAL",
        "HEALTHCHECK",
        "CMD",
    }
    final = instructions()[last:]
    assert ("USER", "allforces") in final
    assert final[-1][0] == "CMD"
    assert not [text for word, text in final if word == "COPY" and "--from=build" not in text]


def test_what_the_image_copies_exists_and_secrets_stay_outside():
    for word, text in instructions():
        if word == "COPY" and "--from" not in text:
            for source in text.split()[:-1]:
                assert (settings.BASE_DIR / source).exists()
    ignored = (settings.BASE_DIR / ".dockerignore").read_text().split()
    assert {".git", ".venv", "var", ".env", "deploy/.env"} <= set(ignored)


def test_every_package_in_the_image_is_pinned_with_its_hash():
    installs = [text for word, text in instructions() if word == "RUN" and "pip install" in text]
    assert installs
    assert all("--require-hashes" in text for text in installs)


def test_compose_starts_what_a_site_needs():
    services = COMPOSE["services"]
    assert set(services) == {"migrate", "app-1", "app-2", "worker", "nginx", "postgres", "redis"}
    for name, service in services.items():
        assert set(service.get("depends_on", [])) <= set(services), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (DEPLOY / source).exists(), volume
    assert (DEPLOY / COMPOSE["x-app"]["build"]["dockerfile"].removeprefix("deploy/")).exists()


def test_compose_sets_only_variables_that_exist_and_takes_secrets_from_outside():
    variables = COMPOSE["x-app"]["environment"]
    assert set(variables) <= set(environment.VARIABLES)
    assert variables["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert "${POSTGRES_PASSWORD:?" in variables["DATABASE_URL"]
    asked = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text()))
    assert asked <= set(environment.VARIABLES) | {"POSTGRES_PASSWORD"}


def test_the_example_holds_no_value_that_must_be_secret():
    lines = re.findall(r"^#?([A-Z_]+)=(.*)$", (DEPLOY / "example.env").read_text(), re.M)
    assert {name for name, _ in lines} <= set(environment.VARIABLES) | {"POSTGRES_PASSWORD"}
    assert {name: value for name, value in lines if name in {"SECRET_KEY", "POSTGRES_PASSWORD"}} == {
        "SECRET_KEY": "",
        "POSTGRES_PASSWORD": "",
    }


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_every_unit_runs_something_that_exists_as_a_user_without_rights(unit):
    text = unit.read_text()
    for command in re.findall(r"manage\.py (\w+)", text):
        assert get_commands()[command] in {"blog", "django.core"}
    assert "User=allforces" in text
    assert "NoNewPrivileges=yes" in text
    assert "EnvironmentFile=/etc/allforces/environment" in text


def test_every_timer_has_its_service():
    timers = sorted((DEPLOY / "systemd").glob("*.timer"))
    assert [timer.stem for timer in timers] == ["allforces-check-links", "allforces-prune-history"]
    assert all(timer.with_suffix(".service").exists() for timer in timers)


def test_the_app_is_started_alike_by_systemd_and_in_the_image():
    unit = (DEPLOY / "systemd" / "allforces.service").read_text().replace("\\\n", " ")
    started = re.search(r"ExecStart=\S+/granian (.*)", unit)[1].split()
    image = yaml.safe_load(next(text for word, text in reversed(instructions()) if word == "CMD"))
    assert image == ["chrt", "--batch", "0", "granian", *started]
    assert "\nCPUSchedulingPolicy=batch\n" in unit


def test_both_lists_of_machines_are_alike_for_readers_and_the_desk():
    for name in ("machines.conf", "machines.compose.conf"):
        readers, desk = re.findall(r"upstream \w+ \{(.*?)\}", (DEPLOY / "nginx" / name).read_text(), re.S)
        servers = [re.findall(r"server .*;", part) for part in (readers, desk)]
        assert servers[0] == servers[1]
        assert "keepalive" in readers
        assert "keepalive" not in desk


def test_nginx_keeps_pages_apart_by_all_that_they_vary_by():
    known = re.search(
        r"map \$upstream_http_vary \S+ \{(.+?)\}", (DEPLOY / "nginx" / "nginx.conf").read_text(), re.S
    )
    for policy in (Policy(), Policy(for_programs=True)):
        assert f'"{policy.vary}" 0;' in known[1]
