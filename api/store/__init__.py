"""SQL, the truth: tables, repositories, migrations."""
