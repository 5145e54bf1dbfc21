"""Texts that would do something if anybody took them for more than texts (注入)."""

FORMULAS = (
    "=cmd|'/C calc'!A0", "=HYPERLINK(\"http://example.invalid\",\"x\")", "+cmd|'/C calc'!A0", "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0", "＝1+1", "=DDE(\"cmd\";\"/C calc\";\"x\")", " =1+1", "%0A=1+1",
)  # fmt: skip
PATHS = (
    "../../../../etc/passwd",
    "..\\..\\..\\windows\\win.ini",
    "/etc/cron.d/x",
    "C:\\x.txt",
    "a/../../b",
    "CON",
    "....//x",
)
SQL = (
    "' OR 1=1 --",
    "'; DROP TABLE parties; --",
    '" OR ""="',
    "1); DELETE FROM offers; --",
    "%' OR '%'='",
    "\\'; SELECT 1; --",
)
SCRIPTS = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' innerHTML='<img src=x onerror=alert(1)>",
    "javascript:alert(1)", "{{constructor.constructor('alert(1)')()}}", "</script><svg onload=alert(1)>", "${7*7}",
    "]]><!ENTITY x SYSTEM \"file:///etc/passwd\">", "&lt;b&gt;&#x26;", "DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe",
)  # fmt: skip
PAYLOADS = (*FORMULAS, *PATHS, *SQL, *SCRIPTS)
ODD = ("a\x05b", "a\x0bb", "a\tb", "a\r\nX-Injected: 1", "\u202exslx.exe", "\ufffe", "\uffff", "a\x85b")
"""Characters that XML, a header or a terminal takes ill."""
