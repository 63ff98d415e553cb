"""Who uses the site meanwhile: readers who come again and again, and somebody at the desk."""

import http.client
import itertools
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.cookiejar import CookieJar

from tests.admin_pages import form_fields


@dataclass
class Answer:
    status: int
    content: bytes
    url: str
    headers: object

    @property
    def text(self) -> str:
        """Without the places at which a headline may break."""
        return self.content.decode().replace("<wbr>", "")


def get(port: int, path: str, **headers) -> Answer:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", urllib.parse.quote(path, safe="/?=&%"), headers=headers)
        response = connection.getresponse()
        return Answer(response.status, response.read(), path, response.headers)
    finally:
        connection.close()


class Readers:
    """Ask for these addresses in turn, about 25 times a second, from a thread of their own.

    Afterwards `count` says how often, and `failures` what was not answered with 200, and when.
    """

    def __init__(self, port: int, paths: list[str]):
        self.port, self.paths, self.count, self.failures = port, paths, 0, []
        self._stop, self._thread = threading.Event(), threading.Thread(target=self._read)

    def __enter__(self):
        self._thread.start()
        self.wait(10)
        return self

    def __exit__(self, *error):
        self._stop.set()
        self._thread.join()

    def wait(self, requests: int) -> None:
        """Until they have made so many more requests."""
        goal = self.count + requests
        while self.count < goal:
            assert self._thread.is_alive()
            time.sleep(0.02)

    def _read(self):
        for path in itertools.cycle(self.paths):
            if self._stop.is_set():
                return
            try:
                answer = get(self.port, path)
                if answer.status != 200:
                    self.failures.append((time.monotonic(), path, answer.status))
            except (OSError, http.client.HTTPException) as error:
                self.failures.append((time.monotonic(), path, repr(error)))
            self.count += 1
            self._stop.wait(0.04)


class Editor:
    """A browser at the desk."""

    def __init__(self, port: int):
        self.origin = f"http://127.0.0.1:{port}"
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def open(self, path: str, fields: dict | None = None) -> Answer:
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(self.origin + path, data, {"Origin": self.origin})  # noqa: S310
        try:
            response = self._opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return Answer(response.status, response.read(), response.url, response.headers)

    def sign_in(self, name: str, password: str) -> None:
        fields = form_fields(self.open("/admin/login/"))
        answer = self.open("/admin/login/", fields | {"username": name, "password": password})
        assert answer.status == 200
        assert "/admin/login/" not in answer.url

    def draft(self, title: str) -> dict:
        """The filled-in form of a new post."""
        page = self.open("/admin/blog/post/add/")
        assert page.status == 200
        return form_fields(page, title=title, body="本文。" * 200) | {"_continue": "1"}

    def send(self, fields: dict) -> Answer:
        return self.open("/admin/blog/post/add/", fields)
