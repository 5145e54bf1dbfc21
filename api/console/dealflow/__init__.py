"""Pages of 投资+孵化: the library of projects, one project, the funds."""
