"""Resources: pages and micro-lessons that explain key points."""

from django.db import models


class Resource(models.Model):
    """A page or a micro-lesson for one or more key points."""

    class Kind(models.TextChoices):
        PAGE = "page", "讲解页"
        MICRO = "micro", "微课"
        SLIDES = "slides", "课件"

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        PUBLISHED = "published", "已发布"
        WITHDRAWN = "withdrawn", "已下架"

    kind = models.CharField("类型", max_length=8, choices=Kind)
    title = models.CharField("标题", max_length=80)
    body = models.TextField("正文", blank=True)
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, null=True)
    seconds = models.PositiveIntegerField("时长（秒）", default=0)
    key_points = models.ManyToManyField("curriculum.KeyPoint", related_name="resources")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    author = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="resources")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT)
    created_at = models.DateTimeField("建立时间")
    published_at = models.DateTimeField("发布时间", null=True)

    class Meta:
        verbose_name = "资源"
        indexes = [models.Index(fields=["state", "-published_at"], name="resource_list")]

    def __str__(self) -> str:
        return self.title

    @property
    def minutes(self) -> int:
        """Whole minutes a pupil needs, at least one."""
        return max(1, round(self.seconds / 60))


class Visit(models.Model):
    """That a person opened a resource, once per day."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="visits")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE)
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "person", "day"], name="visit_once")
        ]
