"""A demo office: invented people, and cases carried through every stage by the services that the web uses."""
