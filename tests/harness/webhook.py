"""A place that the record of acts is sent to."""

import http.server
import json
import threading


class Webhook:
    """Takes what is posted, once it has given the answers that it was told to give first."""

    def __init__(self, port=0, answers=()):
        # Of each request: the status that it got, its body and its signature.
        self.taken, answers, outer = [], list(answers), self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = answers.pop(0) if answers else 204
                outer.taken.append((status, body, self.headers["X-Makoto-Signature"]))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/record"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def lines(self):
        """Those that it has taken."""
        return [json.loads(line) for status, body, _ in self.taken if status == 204 for line in body.splitlines()]

    def end(self):
        self.server.shutdown()
        self.server.server_close()
