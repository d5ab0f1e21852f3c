"""A small invented package of either version, and how to spoil it."""

import io
import zipfile
from collections.abc import Mapping

MANIFEST = """propertyName,value
manifest.version,1.0
oneroster.version,{version}
file.orgs,{mode}
file.academicSessions,{mode}
file.courses,{mode}
file.classes,{mode}
file.users,{mode}
file.roles,{roles}
file.enrollments,{mode}
file.demographics,{mode}
source.systemName,青溪县学籍库
"""
SHARED = {
    "orgs": """sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
o1,,,青溪县教育局,district,QX,
o2,,,栖云中心小学,school,QX01,o1
o3,,,鹿回湾教学点,school,QX02,o2
""",
    "academicSessions": """sourcedId,status,dateLastModified,title,type,startDate,endDate,\
parentSourcedId,schoolYear
y1,,,2026 学年,schoolYear,2026-09-01,2027-07-15,,2027
t1,,,第一学期,term,2026-09-01,2027-01-20,y1,2027
""",
    "courses": """sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,\
orgSourcedId,subjects,subjectCodes
m1,,,y1,音乐,SB0602,"13,15",o2,音乐,
""",
    "classes": """sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,\
classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods
c1,,,五（1）班,15,m1,0501,homeroom,,o2,t1,,,
c2,,,鹿回湾五年级,15,m1,0502,homeroom,,o3,"t1,y1",,,
""",
    "enrollments": """sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,\
userSourcedId,role,primary,beginDate,endDate
e1,,,c1,o2,p1,student,false,2026-09-01,2027-07-15
e2,,,c2,o3,p2,student,false,2026-09-01,
e3,,,c1,o2,s1,teacher,true,2026-09-01,
""",
    "demographics": """sourcedId,status,dateLastModified,birthDate,sex
p1,,,2016-03-12,female
p2,,,2016-05-02,male
""",
}
USERS_1_1 = """sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,\
givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password
s1,,,true,"o2,o3",teacher,linzy,{LDAP:linzy},知遥,林,,T001,,10000000001,,,,
p1,,,true,o2,student,p1,,小满,安,,G0101,,,,g1,15,
p2,,,true,o3,student,p2,,一诺,石,,G0102,,,,,15,
g1,,,false,o2,parent,g1,,守田,安,,,,+8610000000002,,p1,,
"""
USERS_1_2 = """sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,\
middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,\
resourceSourcedIds,preferredGivenName,preferredMiddleName,preferredFamilyName,\
primaryOrgSourcedId,pronouns
s1,,,true,linzy,{LDAP:linzy},知遥,林,,T001,,10000000001,,,,,,,,,,o2,
p1,,,true,p1,,小满,安,,G0101,,,,g1,15,,,,,,,o2,
p2,,,true,p2,,一诺,石,,G0102,,,,,15,,,,,,,o3,
g1,,,false,g1,,守田,安,,,,+8610000000002,,p1,,,,,,,,,
"""
ROLES = """sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,\
orgSourcedId,userProfileSourcedId
r1,,,s1,secondary,teacher,2026-09-01,2027-01-20,o3,
r2,,,s1,primary,teacher,2026-09-01,,o2,
r3,,,p1,primary,student,,,o2,
r4,,,p2,primary,student,,,o3,
r5,,,g1,primary,parent,,,o2,
"""


def make_files(version: str = "1.2", mode: str = "bulk", **spoiled: str) -> dict[str, str]:
    """The texts of a sound package by file name; replace or add some."""
    new = version == "1.2"
    manifest = MANIFEST.format(version=version, mode=mode, roles=mode if new else "absent")
    files = {"manifest": manifest, **SHARED, "users": USERS_1_2 if new else USERS_1_1}
    if new:
        files["roles"] = ROLES
    return files | spoiled


def make_zip(files: Mapping[str, str | bytes], folder: str = "", encoding: str = "utf-8") -> bytes:
    """The files as an archive, in a folder of it when one is named."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            data = text if isinstance(text, bytes) else text.encode(encoding)
            archive.writestr(f"{folder}{name}.csv", data)
    return out.getvalue()
