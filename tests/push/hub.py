"""A WebSub hub, or any other server that is told something, on loopback."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


class Hub:
    """`answers` are what it does next: a status code, `"hang"`, or `"drop"`; 202 when there are none left.

    `told` holds what it was told, as (method, path, fields or text), `told_headers` the headers of each.
    """

    def __init__(self, port=0):
        self.answers, self.told, self.headers = [], [], {}
        self.told_headers, self.body = [], b""
        self.released = threading.Event()
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                fields = parse_qs(body) if "urlencoded" in self.headers.get("Content-Type", "") else body
                hub.told.append((self.command, self.path, fields))
                hub.told_headers.append(self.headers)
                answer = hub.answers.pop(0) if hub.answers else 202
                if answer == "drop":
                    self.connection.close()
                    return
                if answer == "hang":
                    hub.released.wait(10)
                    answer = 202
                self.send_response(answer)
                for name, value in hub.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(hub.body)

            do_GET = do_PURGE = do_POST  # noqa: N815

            def log_message(self, *arguments):
                """Not on the test's output."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def topics(self) -> list[str]:
        return [fields["hub.url"][0] for _method, _path, fields in self.told]
