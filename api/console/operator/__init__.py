"""The pages of those who run a platform (平台运营、管理员、审计)."""
