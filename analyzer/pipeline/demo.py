"""The demo: a service, a shop with faults, a load, and the scan of it."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.demo.load import run_load
from analyzer.demo.shop import APP_ROLE, DemoShop, ShopOptions
from analyzer.domain.ports import Progress
from analyzer.domain.scan import ScanResult
from analyzer.domain.target import Permissions, Target
from analyzer.embedded.cluster import free_port
from analyzer.errors import ConfigError
from analyzer.pipeline.collect import ScanRequest
from analyzer.pipeline.place import Place
from analyzer.pipeline.register import register_target
from analyzer.pipeline.scan import run_scan
from analyzer.pipeline.service import (
    Account,
    ensure_account,
    service_options,
)
from analyzer.pipeline.supervise import Service, check_port
from analyzer.store.database import Store
from analyzer.store.save import save_scan
from analyzer.store.secrets import SecretBox

TARGET_NAME = "shop"
PERMISSIONS = Permissions(explain_analyze=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """How the demo runs.

    Attributes:
        seconds: of load.
        scale: share of the full data set.
        host: the pages are served on.
        port: likewise; another free one is taken if it is in use, unless it must be.
        must_have_port: whether the port in use is an error instead.
    """

    seconds: float = 10.0
    scale: float = 1.0
    host: str = "127.0.0.1"
    port: int = 8448
    must_have_port: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOutcome:
    """The scan, and where everything is while it runs."""

    result: ScanResult
    web_url: str
    shop_dsn: str = field(repr=False)
    account: Account | None
    service: Service


@contextmanager
def running_demo(options: DemoOptions, progress: Progress) -> Iterator[DemoOutcome]:
    """Run the whole demo; all of it stops and disappears at the end of the block.

    Raises:
        AnalyzerError: by the branches of its tree.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(_temporary_folder()))
        progress("starting the service", 0.0)
        box = SecretBox(secret_key := secrets.token_urlsafe(32))
        place = _place(folder / "home", options, secret_key)
        service = stack.enter_context(Service(service_options(place)))
        shop = DemoShop(folder / "shop", ShopOptions(scale=options.scale))
        stack.callback(shop.stop)
        shop.start(_part(progress, 0.05, 0.35))
        run_load(
            shop.address_of(APP_ROLE),
            options.seconds,
            _part(progress, 0.35, 0.55),
            scale=options.scale,
        )
        request = ScanRequest(
            address=shop.address_of(),
            permissions=PERMISSIONS,
            log_paths=shop.log_files("stderr"),
            min_counter_age_s=0.0,
        )
        result = run_scan(request, _part(progress, 0.55, 0.97))
        progress("storing the result", 0.98)
        account = _store(box, service, shop, result)
        service.wait_until_ready()
        progress("ready", 1.0)
        yield DemoOutcome(
            result=result,
            web_url=f"http://{place.host}:{place.port}",
            shop_dsn=_dsn(shop),
            account=account,
            service=service,
        )


@contextmanager
def _temporary_folder() -> Iterator[str]:
    with tempfile.TemporaryDirectory(
        prefix="pgproof-demo-", ignore_cleanup_errors=True
    ) as folder:
        # For root, PostgreSQL runs as another user, who has to pass through.
        Path(folder).chmod(0o711)
        yield folder


def _place(home: Path, options: DemoOptions, secret_key: str) -> Place:
    port = options.port
    if not options.must_have_port:
        try:
            check_port(options.host, port)
        except ConfigError:
            port = free_port()
    return Place(
        home=home,
        host=options.host,
        port=port,
        environment={
            "PGPROOF_SECRET_KEY": secret_key,
            "PGPROOF_BROKER_URL": "filesystem://",
            "PGPROOF_LOG_LEVEL": "error",
        },
    )


def _part(progress: Progress, start_ratio: float, end_ratio: float) -> Progress:
    def tell(stage: str, done_ratio: float) -> None:
        progress(stage, start_ratio + (end_ratio - start_ratio) * done_ratio)

    return tell


def _store(
    box: SecretBox, service: Service, shop: DemoShop, result: ScanResult
) -> Account | None:
    target = Target(
        name=TARGET_NAME,
        address=shop.address_of(),
        permissions=PERMISSIONS,
        log_paths=tuple(str(path) for path in shop.log_files("stderr")),
    )
    with Store.open(service.database_url) as store:
        target_id = register_target(store, box, target)
        save_scan(store, target_id, result)
        return ensure_account(store, "demo")


def _dsn(shop: DemoShop) -> str:
    address = shop.address_of()
    return (
        f"postgresql://{address.user}:{address.password}@{address.host}:"
        f"{address.port}/{address.database}"
    )
