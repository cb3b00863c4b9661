"""The 《有偿服务项目及收费标准》 of the sample communities: invented, in the order and size of real ones."""

from typing import Final

from activities.records.roster import PriceCategory

_REPAIR, _ENGINEERING = PriceCategory.REPAIR, PriceCategory.ENGINEERING
_CLEANING, _GREENING, _ERRAND = PriceCategory.CLEANING, PriceCategory.GREENING, PriceCategory.ERRAND
_OPERATING, _RENOVATION, _PARKING = PriceCategory.OPERATING, PriceCategory.RENOVATION, PriceCategory.PARKING

PlannedPrice = tuple[str, PriceCategory, str, str, str, bool]
"""Code, category, name, unit, CNY, whether it is money laid out for the customer."""

PRICE_LIST: Final[tuple[PlannedPrice, ...]] = (
    ("WX-01", _REPAIR, "更换水龙头(不含材料)", "只", "30.00", False),
    ("WX-02", _REPAIR, "更换角阀、软管(不含材料)", "只", "20.00", False),
    ("WX-03", _REPAIR, "疏通地漏、面盆、水槽", "处", "60.00", False),
    ("WX-04", _REPAIR, "疏通马桶", "个", "80.00", False),
    ("WX-05", _REPAIR, "维修马桶水箱配件(不含材料)", "个", "40.00", False),
    ("WX-06", _REPAIR, "更换灯具、镇流器(不含材料)", "盏", "25.00", False),
    ("WX-07", _REPAIR, "更换开关、插座(不含材料)", "个", "15.00", False),
    ("WX-08", _REPAIR, "检查户内线路跳闸", "次", "50.00", False),
    ("WX-09", _REPAIR, "更换空气开关(不含材料)", "只", "40.00", False),
    ("WX-10", _REPAIR, "更换锁芯(不含材料)", "把", "60.00", False),
    ("WX-11", _REPAIR, "维修纱窗、窗扇滑轮", "扇", "35.00", False),
    ("WX-12", _REPAIR, "上门检测(不维修)", "次", "20.00", False),
    ("GC-01", _ENGINEERING, "安装热水器", "台", "120.00", False),
    ("GC-02", _ENGINEERING, "安装晾衣架", "套", "100.00", False),
    ("GC-03", _ENGINEERING, "墙面打孔", "孔", "20.00", False),
    ("GC-04", _ENGINEERING, "安装窗帘杆", "套", "50.00", False),
    ("BJ-01", _CLEANING, "日常保洁", "小时", "40.00", False),
    ("BJ-02", _CLEANING, "擦玻璃", "平方米", "6.00", False),
    ("BJ-03", _CLEANING, "开荒保洁", "平方米", "8.00", False),
    ("BJ-04", _CLEANING, "清洗油烟机", "台", "120.00", False),
    ("BJ-05", _CLEANING, "清洗空调(挂机)", "台", "80.00", False),
    ("LH-01", _GREENING, "室内绿植养护", "盆·月", "15.00", False),
    ("LH-02", _GREENING, "庭院草坪修剪", "平方米", "3.00", False),
    ("LH-03", _GREENING, "绿植租摆", "盆·月", "30.00", False),
    ("DB-01", _ERRAND, "代缴费、代收件服务费", "次", "10.00", False),
    ("DB-02", _ERRAND, "代购服务费", "次", "15.00", False),
    ("DB-03", _ERRAND, "搬运重物(每人)", "次", "50.00", False),
    ("JY-01", _OPERATING, "临时场地占用", "天", "200.00", False),
    ("ZX-01", _RENOVATION, "装修垃圾清运", "车", "180.00", False),
    ("TC-01", _PARKING, "临时停车", "次", "5.00", False),
    ("DB-90", _ERRAND, "代垫款(凭票据按实际金额结算)", "元", "1.00", True),
)
"""Every sample community posts the same."""
