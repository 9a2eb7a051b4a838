"""What a use case may use while it runs as a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.domain.ports import Progress
from analyzer.domain.target import Target
from analyzer.errors import UserError
from analyzer.pipeline.target_hosts import pinned
from analyzer.store.database import Store
from analyzer.store.jobs import Job
from analyzer.store.secrets import SecretBox
from analyzer.store.targets import target_with_password


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """What a use case may use.

    Attributes:
        store: for reading; the result is written by whoever runs the job.
        box: decrypts passwords of targets.
        home: folder of the service.
        allowed_target_hosts: names and networks that targets may lie in; empty means
            anywhere.
        progress: takes note of how far the work has come; raises ``ClaimLost`` when
            the work is in vain, so call it often.
    """

    store: Store
    box: SecretBox
    home: Path
    progress: Progress
    allowed_target_hosts: Sequence[str] = ()

    def target(self, job: Job) -> Target:
        """The target of a job, with its password and the address to connect to.

        Raises:
            UserError: the job names none, or it was removed.
            NotAllowedHere: its host lies outside of what is allowed by now.
            Unreachable: its host cannot be resolved.
        """
        if job.target_id is None:
            raise UserError(f"job {job.job_id} names no target")
        target = target_with_password(self.store, self.box, job.target_id)
        address = pinned(target.address, self.allowed_target_hosts)
        return replace(target, address=address)
