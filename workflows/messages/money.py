"""Amounts and rates 金额与费率: decimals that are written as text, so that no float ever touches them."""

from decimal import Decimal
from typing import Annotated

from pydantic import PlainSerializer

Rate = Annotated[Decimal, PlainSerializer(str, when_used="json")]
"""A share or a rate, such as 0.30 or 0.0005; never an amount."""
Amount = Annotated[Decimal, PlainSerializer(str, when_used="json")]
"""CNY with two places."""
