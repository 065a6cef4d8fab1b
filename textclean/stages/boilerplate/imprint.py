"""What stands around the text of a page, told by the grammar of whole lines: imprint, contacts, reprint notices.

A line is read piece by piece. Every piece must be of a kind that imprints are made of, and one at least of a kind that
nothing else is made of. A sentence that merely begins like an imprint has a piece that is neither, and stays.
"""

import re

from textclean.language.expressions import lazy
from textclean.language.han import HAN
from textclean.language.resources import read_words

_WORDS = {kind: "|".join(words) for kind, words in read_words("words.txt", "textclean.stages.boilerplate").items()}

_ORGAN = rf"[{HAN}\w（）()·“”]{{1,24}}?(?:{_WORDS['organ']})"
"""An organisation, by its last word."""
_OWN = f"(?:{_WORDS['self']})"
"""The page, as it calls itself."""
_YEARS = r"(?:19|20)\d\d(?:[-–—~至](?:(?:19|20)\d\d|今|现在))?年?"
_CONTACT = r"(?:[（(]?[\d０-９][\d\-—–()（）+/、转\s]{4,}|\S+@\S+\.\w+|(?:https?:?//|www\.)\S+)"
_BANNED = rf"""(?:
    [任何单位个人媒体网站机构组织公司他其它或及和与、各均一律皆]*              # who
    (?:不得|请勿|請勿|禁止|严禁|謝絕|谢绝|不准|切勿)
    (?:以任何(?:形式|方式)|擅自|非法|私自|随意)*
    (?:{_WORDS["act"]})+
)"""
"""What may not be done."""
_TO_CLOSE = lazy(
    rf"""
        (?<=[:：©])\s+|(?<!\s)\s++(?=[:：©])                              # beside a colon
    |   (?<=备)\s+(?=\d)|(?<=[证号備])\s+(?=[:：\d]|[{HAN}]?[A-Z]\d)       # before the number of a record
    |   (?<=\d)\s*([-–—~至])\s*(?=\d)                                    # around a dash between numbers
    |   (?<=©\d{{4}})\s+|(?<=©\d{{4}}[-–—~至]\d{{4}})\s+                   # behind the years of a copyright
    """,
    re.VERBOSE,
)
"""White space inside a piece."""
_BLANK = lazy(r"\s")
_PIECES = lazy(r"[\s，,。；;！!|｜丨※*]+")
_SHELL = "（(【[*※■●◆▲·-—= \t\u3000)）】]"

_SIGNS = lazy(
    rf"""
    # rights
        (?:[Cc]opyright|COPYRIGHT|版权所有|版權所有)?(?:©|\([Cc]\)|（[Cc]）)
        (?:{_YEARS}(?:[{HAN}\w.]{{2,24}})?|{_ORGAN}|[\w.]*)
    |   (?:[Cc]opyright|COPYRIGHT)[:：]?(?:{_YEARS})?(?:{_ORGAN}|[A-Za-z.]*)
    |   (?:版权所有|版權所有|[Aa]ll\s?[Rr]ights\s?[Rr]eserved)(?:[:：]?{_ORGAN}|[:：][^，。]{{2,30}})?
    |   (?:{_ORGAN}|{_OWN}|[{HAN}]{{2,8}})?(?:版权所有|版權所有|保留所有权利|版权归{_OWN}?所有)
    |   (?:{_OWN})?(?:版权|著作权)(?:归|属于)(?:{_ORGAN}|{_OWN}|原?作者)(?:[和及与](?:{_ORGAN}|原?作者))?所有
    # numbers under which a site is registered
    |   [{HAN}]?ICP[备证備](?:案)?(?:编?号)?[:：]?[{HAN}A-Z]*\d[\d\-—]*号?(?:[-—]\d+)?[A-Z]?
    |   [{HAN}]?公网安备[:：]?[{HAN}]?\d{{5,}}号?
    |   (?:政府)?网站标识码[:：]?\w+|(?:网站)?备案号[:：]?[{HAN}]?ICP\S+
    # what may not be done, and what whoever reprints must do
    |   (?:凡|如|若)?(?:未经|未經|非经|未获|未取得)[^，。]{{0,24}}?
        (?:授权|授權|许可|許可|允许|同意|认可)(?:者|后)?{_BANNED}
    |   {_BANNED}
    |   (?:凡|如需|如|若需|欢迎)?(?:转载|轉載)
        (?:时|请|請|须|需|应|务必|必须|{_OWN}|稿件|内容|信息|、|或|和|引用|摘编|者)*
        (?:注明|註明|标明|保留|联系)
        (?:“[^”]{{2,20}}”|[出处來来源作者原文链接址自于及与和或、为本站我们后台编辑部授权處])*
        (?:{_ORGAN}|[:：][^，。]{{2,30}})?
    |   (?:违者|侵权|翻版|盗版|抄袭)必究
    |   (?:违者|侵权者)?(?:将|并将|保留)?(?:依法)?追究(?:其|相关|侵权者?)*(?:法律)?(?:责任|的权利)*
    # whom to tell of an infringement
    |   (?:如|若|如有|若有|如果|内容如|图片如|作品如)[^，。]{{0,10}}(?:侵权|侵犯|版权)
        [^，。]{{0,12}}?(?:联系|告知|通知)?[^，。]{{0,6}}(?:联系(?:{_OWN}|我们|后台|作者)?|我们|删除|处理|删稿|撤稿|告知)
    |   (?:请|敬请)[^，。]{{0,10}}联系[^，。]{{0,6}}(?:删除|处理|撤稿|删稿)
    # whose opinion it is not
    |   (?:本文|文章|文中|以上|该文|图文|稿件|内容|观点|言论)*(?:仅代表|不代表|并不代表)
        (?:作者|个人|本人|嘉宾|网友|发布者|投稿人|{_WORDS["self"]})+的?(?:观点|立场|意见)(?:和立场|或立场)?
    # where to call or write, and what to follow
    |   [{HAN}]{{0,12}}(?:举报|舉報|新闻|投稿|广告|发行|报料|爆料|监督|读者)
        (?:热线|電話|电话|邮箱|信箱|QQ|网址)+[:：]?{_CONTACT}
    |   (?:(?:更多|了解更多|查看更多|阅读更多|想看更多)[^。，]{{0,12}})?
        (?:请|敬请|欢迎|可|立即|点击|扫码)*(?:下载|关注|打开|登录|搜索|尽在)
        “?[^。，]{{1,16}}?(?:客户端|APP|App|app|公众号|视频号|小程序)”?(?:查看|阅读|了解)?
    # made by a machine
    |   (?:(?:以上|本|该)(?:内容|文章?|图片?|摘要|信息)?由|内容由|图片由|摘要由|由)?
        (?:AI|人工智能|大模型)(?:自动|辅助)?(?:生成|合成|总结)(?:内容)?
    # who runs the site
    |   (?:技术支持|网站维护|法律顾问|网站建设|网站设计)[:：]?
        (?:{_ORGAN}|{_CONTACT}|[:：]?[^，。：]{{2,16}}(?:公司|律师|事务所|科技))
    |   (?:中国)?(?:互联网)?违法和不良信息举报(?:中心|入口|专区|电话)?(?:[:：]?{_CONTACT})?
    """,
    re.VERBOSE,
)
"""Pieces that nothing but an imprint has."""
MENU = f"(?:{_WORDS['menu']})"
"""A word of the menu at the foot: imprint where there are two, a heading perhaps where there is one."""
_MENU = lazy(rf"{MENU}(?:[·/>、-]*{MENU})*")
_MENU_WORD = lazy(MENU)
_FILLER = lazy(
    rf"""
        [\x21-\x7e©®–—·：、“”《》]+
    |   (?!.*[的了是在把被着从到]){_ORGAN}
    |   (?:主办|承办|协办|主管|指导|运营|运维|建设|维护|版权|联合主办|出品|技术支持|网站维护|法律顾问)
        (?:单位|部门|方|所有)?[:：][^，。：]{{2,30}}
    |   (?:
            地址|邮编|邮政编码|(?:联系|办公|值班|咨询|服务)?(?:电话|热线)|传真|(?:电子)?邮箱|[Ee]-?mail|客服|QQ|网址
        |   联系人|总编辑|社长|国内统一(?:连续出版物|刊)号|邮发代号|广告经营许可证|印刷
        )[:：]?[^，。]{{2,40}}
    |   [{HAN}]{{2,24}}(?:许可证|备案|登记证|刊号|许可)(?:编?号)?[:：]?[^，。]{{0,8}}\d[^，。]{{0,16}}
    |   (?:凡|所有|任何|未经|未獲|未获)?(?:{_OWN}|上述|以上|文中|部分|注明|未经)[{HAN}“”《》、（）：A-Za-z]{{0,30}}
    |   (?:未经|非经|凡未经)[^，。]{{0,24}}(?:授权|许可|允许|同意)
    |   (?:如有|若有|如涉及|如果)侵权
    |   (?:请|敬请)[^，。]{{0,10}}(?:联系|告知|谅解|知悉|删除|来函|来电)[^，。]{{0,12}}
    |   (?:谢谢|感谢)(?:合作|支持)?|特此声明|仅供(?:读者)?参考|请(?:仔细|注意)?甄别
    |   (?:了解|查看|阅读|想看)?更多[^。，]{{0,12}}
    |   (?:已经?)?(?:本网|本站)?授权[^，。]{{0,16}}
    |   (?:建议|推荐)?使用[^，。]{{0,12}}(?:分辨率|浏览器)[^，。]{{0,12}}
    |   [{HAN}\d（）-]{{2,24}}\d+(?:号|楼|室|层)[{HAN}\d（）-]{{0,12}}        # an address
    """,
    re.VERBOSE,
)
"""Pieces that stand beside those, and elsewhere too."""
_DECLARED = lazy(
    rf"""
        (?:[【\[(（]\s*)?(?:(?:版权|特别|免责|郑重|重要|风险|法律)(?:声明|说明)|声明|免責聲明|聲明)\s?
        (?:[】\])）]\s?[:：]?|[:：]).*(?:{_WORDS["noticed"]}).*
    |   (?:[【\[(（]\s*)?(?:版权|特别|免责|投资|风险|友情)(?:提示|提醒)\s?
        (?:[】\])）]\s?[:：]?|[:：]).*(?:转载|版权|侵权|本公众号|不构成).*
    """,
    re.VERBOSE,
)
"""A notice that says what it is: after its label it may be anything that speaks of the page."""


def is_imprint(line: str) -> bool:
    """Whether the whole of ``line`` is imprint: rights, record numbers, contacts, notices, the menu at the foot."""
    if _DECLARED.fullmatch(line):
        return True
    line = line.strip(_SHELL)
    signs = 0
    for piece in _PIECES.split(_closed_up(line) if _BLANK.search(line) else line):
        if _SIGNS.fullmatch(piece):
            signs += 2
        elif _MENU.fullmatch(piece):
            signs += len(_MENU_WORD.findall(piece))
        elif piece and not _FILLER.fullmatch(piece):
            return False
    return signs > 1


def _closed_up(line: str) -> str:
    """``line`` without the white space inside its pieces; the second time closes what the first has brought near."""
    return _TO_CLOSE.sub(r"\1", _TO_CLOSE.sub(r"\1", line))
