#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""In a browser, docs/machine.html shows the state that is clicked, and the way
that a log takes.

A log of the library is followed to its last state, and each of its steps is
known to the page.  A log is always text: nothing in it is run, loaded or
becomes an element, and lines that are not understood are counted.  The browser
reports no error.  The test is skipped if there is no chromium.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import ClassVar

import nbd_server
from browser import Browser, require_browser

PAGE = Path(os.environ.get("srcdir", ".")) / "docs/machine.html"
SHORT = """\
libnbd: debug: a: nbd_connect_uri: state CONNECT.START
Nov 29 12:00:00 host program[7]: libnbd: debug: b: nbd_aio_connect: state CONNECT.START
libnbd: debug: a: nbd_connect_uri: state GREETING.START
libnbd: debug: a: nbd_poll: state CONNECT.START of connection 2
what the program prints itself
libnbd: debug: a: nbd_connect_uri: state NO.SUCH.STATE
libnbd: debug: a: nbd_connect_uri: state TRANSMISSION
libnbd: debug: a: nbd_connect_uri: state TRANSMISSION.REPLY.START
libnbd: debug: a: nbd_connect_uri: state TRANSMISSION.ISSUE.START
"""
EVIL = "<img src=x onerror='window.hit=1'><script>window.hit=1</script>"
HOSTILE = "\n".join(
    [
        EVIL,
        f"libnbd: debug: {EVIL}: nbd_create: {EVIL}",
        f"libnbd: debug: {EVIL}: nbd_poll: state CONNECT.START",
        f"libnbd: debug: x: nbd_poll: state {EVIL}",
        "libnbd: debug: __proto__: nbd_poll: state CONNECT.START",
        "libnbd: debug: constructor: nbd_poll: state constructor",
        "libnbd: debug: x: nbd_poll: state __proto__ of connection 99999999999999",
        "libnbd: debug: x: nbd_poll: state DEAD of connection 999999999",
        "libnbd: debug: x: nbd_poll: state " + "A." * 50000,
        "libnbd: debug: " * 20000,
        "\x00\x01\x1b[31m \u202e backwards \ud7ff",
        "</script></pre></body>" + EVIL,
        *(f"libnbd: debug: h{n}: nbd_poll: state DEAD" for n in range(3000)),
    ]
)
WALK = """
load(arguments[0], 'test');
const odd = [];
for (let at = 0; at <= log.steps.length; at++) {
  goTo(at);
  if (byId('odd').textContent) odd.push(byId('odd').textContent);
}
return odd;
"""


class Test(unittest.TestCase):
    browser: ClassVar[Browser]

    @classmethod
    def setUpClass(cls) -> None:
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.__exit__, None, None, None)

    def setUp(self) -> None:
        self.browser.run("window.name = 'left'; return 0")
        self.browser.open(PAGE)
        self.browser.run("location.hash = ''; localStorage.clear(); return 0")
        self.assertEqual(
            self.browser.run("return document.documentElement.dataset.ready"), "yes"
        )

    def tearDown(self) -> None:
        self.assertEqual(self.browser.complaints(), [])

    def summary(self) -> str:
        return str(self.browser.run("return byId('summary').textContent"))

    def places(self) -> list[str]:
        return [
            str(place)
            for place in self.browser.run(
                "return walk.places.flatMap((places) => [...places.values()])"
            )
        ]

    def test_states_are_shown_when_they_are_clicked(self) -> None:
        self.browser.click('[data-state="CONNECT.AWAIT"]')
        self.assertEqual(self.browser.text("#chosen"), "CONNECT.AWAIT")
        told = self.browser.text("#details")
        self.assertIn("Wait for the kernel to finish connecting.", told)
        self.assertIn("STATE (AWAIT)", told)
        self.assertIn("notify write → CONNECT.CHECK", told)
        self.assertEqual(self.browser.run("return location.hash"), "#CONNECT.AWAIT")

    def test_addresses_and_searches_lead_to_states(self) -> None:
        self.browser.open(PAGE, "RECONNECT.DELAY")
        self.assertEqual(self.browser.text("#chosen"), "RECONNECT.DELAY")
        self.browser.keys("#search", "opt_go recv_h\ue007")  # and Enter
        self.assertEqual(self.browser.text("#chosen"), "NEWSTYLE.OPT_GO.RECV_HEADER")
        self.browser.keys("body", "\ue015")  # the arrow down
        self.assertIn("NEWSTYLE.OPT_GO.", self.browser.text("#chosen"))
        self.browser.open(PAGE, "%3Cimg%20src=x%20onerror=hit=1%3E")
        self.assertIn("There is no state", self.browser.text("#status"))

    def test_groups_tell_their_obligations_and_tests(self) -> None:
        self.browser.open(PAGE, "NEWSTYLE.OPT_STARTTLS")
        told = str(self.browser.run("return byId('details').textContent"))
        self.assertIn("Encrypt the rest of the connection", told)
        self.assertIn("tls/handshake/second-starttls-is-refused", told)

    def test_logs_are_told_apart_by_handle_and_connection(self) -> None:
        self.assertEqual(self.browser.run(WALK, SHORT)[1:], [])
        self.assertIn("9 lines, 7 steps, 3 connections", self.summary())
        self.assertIn("2 lines not understood", self.summary())
        self.assertEqual(
            self.places(),
            [
                "TRANSMISSION.REPLY.START",
                "TRANSMISSION.ISSUE.START",
                "CONNECT.START",
                "CONNECT.START",
            ],
        )
        self.assertIn(
            "GREETING.START → TRANSMISSION is not a transition",
            " ".join(self.browser.run(WALK, SHORT)),
        )

    def test_the_example_and_the_buttons(self) -> None:
        self.browser.click("#open-log")
        self.browser.click("#example")
        self.assertNotIn("not understood", self.summary())
        text = self.browser.run("return byId('example-log').textContent")
        self.assertEqual(self.browser.run(WALK, text), [])
        self.browser.click("#first")
        self.browser.click("#next")
        self.browser.click("#next")
        self.assertEqual(self.browser.text("#chosen"), "GREETING.START")
        self.browser.click("#back")
        self.assertEqual(self.browser.text("#chosen"), "CONNECT.START")
        self.browser.run("speed.value = '1000'; return 0")
        self.browser.click("#play")
        while self.browser.run("return timer !== 0"):
            pass
        self.assertEqual(self.browser.text("#chosen"), "CLOSED")

    def test_a_log_of_the_library_walks_to_its_last_state(self) -> None:
        with nbd_server.Server(1 << 20) as server:
            run = subprocess.run(
                ["info/nbdinfo", server.uri],
                env={**os.environ, "LIBNBD_DEBUG": "1"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                check=True,
            )
        with tempfile.NamedTemporaryFile(suffix=".log") as log:
            log.write(run.stderr)
            log.flush()
            self.browser.click("#open-log")
            self.browser.run("byId('file').hidden = false; return 0")
            self.browser.keys("#file", log.name)
            while not self.browser.run("return log !== null"):
                pass
        self.assertNotIn("not understood", self.summary())
        self.assertEqual(self.browser.run(WALK, run.stderr.decode()), [])
        last = [line for line in run.stderr.decode().split("\n") if ": state " in line]
        self.assertEqual(
            self.browser.run("return log.steps.filter((step) => step.to).pop().to"),
            last[-1].rpartition(" ")[2],
        )

    def test_hostile_logs_do_nothing(self) -> None:
        before = self.browser.run(
            "return document.querySelectorAll('img, script').length"
        )
        self.browser.run("load(arguments[0], arguments[1]); return 0", HOSTILE, EVIL)
        self.browser.run("goTo(2); scrollLines(-9); return 0")
        self.assertIn("libnbd: debug: <img", self.browser.text("#lines"))
        self.browser.run("goTo(log.steps.length); goTo(0); scrollLines(10); return 0")
        self.assertIn("8 lines not understood", self.summary())
        after = self.browser.run(
            "return document.querySelectorAll('img, script').length"
        )
        self.assertEqual(after, before)
        self.assertIsNone(self.browser.run("return window.hit || null"))
        self.browser.run("load('', ''); load('\\n\\n', 'x'); play(); return 0")
        self.assertNotIn("not understood", self.summary())
        self.assertIn("No line of this is a step", self.browser.text("#status"))

    def test_logs_of_another_machine_are_told(self) -> None:
        line = (
            "libnbd: debug: nbd1: nbd_connect_uri: transition: A.START -> MAGIC.START"
        )
        self.browser.run("load(arguments[0], 'x'); return 0", line)
        self.assertIn("another libnbd", self.browser.text("#status"))


if __name__ == "__main__":
    require_browser()
    unittest.main()
