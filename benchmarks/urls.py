"""No URL: the benchmark serves nothing."""

urlpatterns: list[object] = []
