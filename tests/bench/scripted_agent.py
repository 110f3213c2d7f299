# SPDX-License-Identifier: Apache-2.0
"""An HTTP agent whose health is another one at each answer, and who knows when it was sent."""
import itertools
import json
import socket
import time

BACKLOG = 16
REQUEST_MAX = 65536
# Letters of one cell that nothing else on the screen has: Latin Extended-A and Cyrillic.
LETTERS = [chr(code) for code in itertools.chain(range(0x100, 0x130), range(0x400, 0x460))]


def make_marks():
    """Texts of which a whole screen of the last ones are different."""
    return (letter * 3 for letter in itertools.cycle(LETTERS))


class ScriptedAgent:
    """For a Stage. Turns from degraded to down and back at each answer, and says another mark each time. `sent` are
    (when in ns, mark)."""

    def __init__(self, stage, marks):
        self.stage, self.marks = stage, marks
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.fd = self.listener.fileno()
        self.sent = []

    def on_readable(self):
        self.stage.add(Connection(self, self.listener.accept()[0]))

    def answer(self, connection):
        mark = next(self.marks)
        status = "fail" if len(self.sent) % 2 else "warn"
        body = json.dumps({"status": status, "output": mark}, ensure_ascii=False).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/health+json\r\nContent-Length: {len(body)}\r\n\r\n"
        answer = head.encode() + body
        self.sent.append((time.monotonic_ns(), mark.encode()))
        connection.sendall(answer)

    def close(self):
        self.listener.close()


class Connection:
    def __init__(self, agent, connection):
        self.agent, self.connection = agent, connection
        self.fd = connection.fileno()
        self.received = b""

    def on_readable(self):
        data = self.connection.recv(REQUEST_MAX)
        if not data:
            self.agent.stage.close(self)
            return
        self.received += data
        if self.received.endswith(b"\r\n\r\n"):  # requests of ours have no body, and wait for the answer
            self.received = b""
            self.agent.answer(self.connection)

    def close(self):
        self.connection.close()
