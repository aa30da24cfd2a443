"""The page of the model: its card, its measured error rates and its policies."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from serving.api import model as api
from serving.api.caller import needs
from serving.pages import cards, rendering

router = APIRouter(prefix="/model", dependencies=[Depends(needs("model"))])


@router.get("")
def show(request: Request) -> Response:
    """Shows the model."""
    model = api.model(request)
    return rendering.page(request, "model", model=model, card=cards.parse(model.card))
