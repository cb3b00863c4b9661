"""A bucket 存储桶: an S3 server over HTTP in this process, reached as an operator's own would be."""

from urllib.request import Request, urlopen

from moto.server import ThreadedMotoServer

URL = "s3://guanjia/annex"


class Bucket:
    """An empty bucket at :data:`URL`, until it is taken away."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.address = f"http://{host}:{port}"
        urlopen(Request(f"{self.address}/guanjia", method="PUT")).close()  # noqa: S310 - our own loopback address
        self._is_there = True

    @property
    def variables(self) -> dict[str, str]:
        """How ``docs/operations.md`` says that a store of one's own is reached."""
        return {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "of-a-test",
            "AWS_SECRET_ACCESS_KEY": "9f3kX1vQe7TzLr0w",
        }

    def stop(self) -> None:
        """Take it away, with all that is in it."""
        if self._is_there:
            self._is_there = False
            self._server.stop()
