/* example -- a rule and a sample that show what the two boxes take. */
export const EXAMPLE_RULE = `title: Failed Password
status: test
level: low
tags:
    - attack.credential-access
    - attack.t1110
logsource:
    product: linux
    service: sshd
detection:
    selection:
        action: login
        outcome: failure
    condition: selection
`;
export const EXAMPLE_LINES = `<38>Mar  2 08:00:01 hosp-web01 sshd[812]: Failed password for root from 203.0.113.9 port 52110 ssh2
<38>Mar  2 08:00:04 hosp-web01 sshd[812]: Accepted publickey for li from 10.1.2.3 port 40122 ssh2
`;
