from starlette.testclient import TestClient

from components.shared.model import bundle
from serving.api.service import Service


def test_people_read_the_short_version_and_find_the_whole_one_behind_it(
    admin: TestClient, service: Service
) -> None:
    version = service.model.version
    told = f'<code title="{version}">{bundle.short(version)}</code>'
    assert told in admin.get("/pages/model").text


def test_the_model_is_described_by_its_rates_and_its_card(admin: TestClient) -> None:
    page = admin.get("/pages/model").text
    assert "No proof of identity by itself." in page
    assert "On 11 people whom the model had never seen" in page
    assert "4.0\xa0% (1.0–10.0\xa0%)" in page
    assert "strict: at most 1.0\xa0% of forgeries should pass" in page
