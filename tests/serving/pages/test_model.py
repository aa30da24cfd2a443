from starlette.testclient import TestClient


def test_the_model_is_described_by_its_rates_and_its_card(admin: TestClient) -> None:
    page = admin.get("/pages/model").text
    assert "No proof of identity by itself." in page
    assert "On 11 people whom the model had never seen" in page
    assert "4.0\xa0% (1.0–10.0\xa0%)" in page
    assert "strict: at most 1.0\xa0% of forgeries should pass" in page
