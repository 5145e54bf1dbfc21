"""Deal flow as a service (投资+孵化): pipelines by version, funds and deals, who acts and what it comes to."""
