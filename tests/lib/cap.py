"""cap -- CAP files for tests: one of ours to change, the schema where it is there, and what judges them from outside.

The OASIS schema and the samples of other centres lie in ../shared/standards/files/cap ($FENGSUI_CAP names another
folder); nothing of them is in the tree. Where they are not there, what needs them says so and is left out.
"""
import json
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLES = os.environ.get("FENGSUI_CAP") or os.path.join(os.path.dirname(ROOT), "shared", "standards", "files", "cap")
SCHEMA = os.path.join(SAMPLES, "CAP-v1.2.xsd")
SPACE = "urn:oasis:names:tc:emergency:cap:1.2"

INFO = """  <info>
    <language>{language}</language>
    <category>Infra</category>
    <category>Security</category>
    <event>{event}</event>
    <responseType>Execute</responseType>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Observed</certainty>
    <audience>units</audience>
    <eventCode><valueName>RSIT</valueName><value>malicious-code:infected-system</value></eventCode>
    <effective>2026-11-23T08:00:00+08:00</effective>
    <onset>2026-11-23T08:00:00+08:00</onset>
    <expires>2026-11-26T08:00:00+08:00</expires>
    <senderName>{name}</senderName>
    <headline>{event}</headline>
    <description>{event}: {name}.</description>
    <instruction>Close &lt;RDP&gt; &amp; report.</instruction>
    <web>https://csirt.example.gov.cn/warn/2026-0007</web>
    <contact>csirt@example.gov.cn</contact>
    <parameter><valueName>warningColour</valueName><value>orange</value></parameter>
    <parameter><valueName>warningLevel</valueName><value>II</value></parameter>
    <parameter><valueName>tlp</valueName><value>CLEAR</value></parameter>
    <resource>
      <resourceDesc>note</resourceDesc>
      <mimeType>text/plain</mimeType>
      <size>3</size>
      <uri>note.txt</uri>
      <derefUri>YWJj</derefUri>
      <digest>a9993e364706816aba3e25717850c26c9cd0d89d</digest>
    </resource>
    <area>
      <areaDesc>{name}</areaDesc>
      <polygon>39.9,116.3 39.9,116.5 40.0,116.5 39.9,116.3</polygon>
      <circle>39.9,116.4 10</circle>
      <geocode><valueName>GB/T2260</valueName><value>110100</value></geocode>
      <altitude>10</altitude>
      <ceiling>20.5</ceiling>
    </area>
  </info>
"""
MESSAGE = f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="{SPACE}">
  <identifier>CN-110100-CSIRT-2026-0007-2</identifier>
  <sender>csirt@example.gov.cn</sender>
  <sent>2026-11-23T08:00:00+08:00</sent>
  <status>Actual</status>
  <msgType>Update</msgType>
  <source>desk</source>
  <scope>Public</scope>
  <code>profile:CSIRT-CN-CYBER:1.0</code>
  <note>second</note>
  <references>csirt@example.gov.cn,CN-110100-CSIRT-2026-0007-1,2026-11-22T08:00:00+08:00</references>
  <incidents>INC-2026-0007</incidents>
""" + INFO.format(language="zh-CN", event="勒索软件爆发", name="示例市") + \
    INFO.format(language="en-US", event="Ransomware outbreak", name="Example City") + "</alert>\n"


def binary():
    return os.environ.get("FENGSUI") or os.path.join(ROOT, "build", "fengsui")


def check(*paths):
    """`fengsui cap check --json` of files: path -> what it says."""
    done = subprocess.run([binary(), "cap", "check", "--json", *paths], capture_output=True, text=True)
    found = {}
    for line in done.stdout.splitlines():
        said = json.loads(line)
        found[said["file"]] = said
    return found


def check_text(text, folder, name="message.xml"):
    """The same of a text or bytes."""
    path = os.path.join(folder, name)
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return check(path)[path]


def codes(said):
    return [one["code"] for one in said["findings"] if one["stage"] != "advice"]


def by_schema(*paths):
    """xmllint with the OASIS schema, for which nothing is fetched: path -> does it validate."""
    done = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", SCHEMA, *paths], capture_output=True)
    good = {line[:-len(" validates")] for line in done.stderr.decode("utf-8", "replace").splitlines()
            if line.endswith(" validates")}
    return {path: path in good for path in paths}


def signed_outside(path, certificate):
    """Does xmlsec1 find the signature good, by this certificate alone? Its words."""
    done = subprocess.run(["xmlsec1", "--verify", "--enabled-key-data", "key-name,x509,raw-x509-cert", "--pubkey-cert-pem", certificate,
                           path], capture_output=True, text=True)
    return done.returncode == 0 and "OK" in done.stdout + done.stderr, done.stdout + done.stderr
