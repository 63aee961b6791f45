"""What `lookback check` and `lookback night` tell other programs, read by their parsers."""

import json
import xml.etree.ElementTree as ElementTree

from prometheus_client.parser import text_string_to_metric_families

from conftest import run_lookback

# A check that finds three rows with texts that mean something to XML, and one that cannot run.
AWKWARD = """-- title: Texts with <&> in them
-- subject: own "subject"
-- question: Which texts are <awkward> & long?
-- column: text -- The text.
SELECT text FROM (VALUES ('<a & "b">'), (']]>'), ('é' || chr(7) || '\t')) AS t (text) ORDER BY text
"""
BROKEN = """-- title: A table that is not there
-- subject: own "subject"
-- question: What is in <nothing>?
-- column: text -- The text.
SELECT text FROM nothing
"""


def checked(warehouse, lookback, *arguments):
    folder = warehouse.parent / "checks"
    folder.mkdir(exist_ok=True)
    (folder / "awkward.sql").write_text(AWKWARD)
    (folder / "broken.sql").write_text(BROKEN)
    return lookback("--warehouse", warehouse, "check", "--checks", folder, *arguments)


def test_junit_is_xml_and_agrees_with_json(small, lookback):
    junit = checked(small, lookback, "--format", "junit")
    root = ElementTree.fromstring(junit.stdout)
    document = json.loads(checked(small, lookback, "--format", "json").stdout)
    assert junit.status == 2 and document["status"] == "not_done"
    words = {None: "holds", "failure": "does_not_hold", "error": "not_run"}
    told = {
        (suite.attrib["name"], case.attrib["name"]): words[next((it.tag for it in case), None)]
        for suite in root.iter("testsuite")
        for case in suite.iter("testcase")
    }
    assert told == {(it["subject"], it["name"]): it["status"] for it in document["checks"]}
    for element in [root, *root.iter("testsuite")]:
        cases = list(element.iter("testcase"))
        counts = [len(cases), *(len(list(element.iter(tag))) for tag in ("failure", "error"))]
        assert counts == [int(element.attrib[name]) for name in ("tests", "failures", "errors")]
    (awkward,) = (it for it in root.iter("testcase") if it.attrib["name"] == "awkward")
    assert awkward.attrib["classname"] == 'own "subject"'
    assert awkward[0].attrib["message"] == "Texts with <&> in them: 3 findings"
    assert '<a & "b">' in awkward[0].text and "]]>" in awkward[0].text


def test_metrics_are_read_by_prometheus(small, lookback):
    done = checked(small, lookback, "--format", "prometheus")
    families = {family.name: family for family in text_string_to_metric_families(done.stdout)}
    assert sorted(families) == ["lookback_check_findings", "lookback_check_status"]
    findings = {it.labels["check"]: it.value for it in families["lookback_check_findings"].samples}
    statuses = {it.labels["check"]: it.value for it in families["lookback_check_status"].samples}
    assert (findings["awkward"], statuses["awkward"], statuses["broken"]) == (3, 1, 2)
    assert "broken" not in findings


def test_the_metrics_of_a_night_are_read_by_prometheus(tmp_path):
    (tmp_path / "lookback.toml").write_text(
        '[[source]]\nname = "gone"\nregions = ["eu-west-1"]\n'
        'endpoint_url = "http://127.0.0.1:1"\nemulator = true\n'
    )
    night = run_lookback(tmp_path, "night", "--metrics", "n.prom")
    assert night.status == 2, night.stderr
    text = (tmp_path / "n.prom").read_text()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    # Its parser leaves out the end of a counter's name.
    assert families["lookback_runs"].type == "counter"
    steps = {it.labels["step"]: it.value for it in families["lookback_night_step_status"].samples}
    assert steps["ingest"] == 2 and steps["check"] in (1, 2)
    assert families["lookback_night_status"].samples[0].value == 2
    last = families["lookback_last_success_timestamp_seconds"].samples
    assert {it.labels["kind"] for it in last} == {"backup", "copy", "restore", "scan"}
    assert [path.name for path in tmp_path.glob(".lookback*")] == []
