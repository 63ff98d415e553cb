from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from django.conf import settings as project

from allforces import connections
from tests.s3.swift import KEY, SECRET, Swift

PROGRAMS = project.BASE_DIR / "var" / "swift" / "bin"


@pytest.fixture(scope="session")
def swift(tmp_path_factory):
    """Swift, with an empty bucket `pictures`."""
    server = Swift(Path(tmp_path_factory.mktemp("swift")), PROGRAMS)
    try:
        server.start()
        client = boto3.client(
            "s3",
            endpoint_url=f"http://{server.endpoint}",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}),
        )
        client.create_bucket(Bucket="pictures")
        server.client = client
        yield server
    finally:
        server.stop()


@pytest.fixture
def bucket(swift, settings):
    """The site keeps its pictures in the bucket, and browsers may upload to it."""
    key = KEY.replace(":", "%3A")
    url = f"s3://{key}:{SECRET}@{swift.endpoint}/pictures?https=0&direct=1"
    settings.STORAGES = settings.STORAGES | {"default": connections.bucket(url, "http://localhost")}
    return swift
