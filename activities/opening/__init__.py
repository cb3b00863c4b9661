"""Opening cases 立单 and passing words between them 转告: the one way, for the API and for activities alike."""
