"""No sealed column without a rule: a new one fails here until somebody has decided what becomes of it."""

from activities.persons.holdings import BY_TABLE, NOT_HANDED_OUT
from activities.persons.treatment import TREATMENT, Treatment
from activities.records.migration import declared_schema
from activities.records.schema import SealedText


def personal_columns() -> set[tuple[str, str]]:
    """Every sealed column, and every index by which a telephone number is found."""
    return {
        (table.name, column.name)
        for table in declared_schema().sorted_tables
        for column in table.columns
        if isinstance(column.type, SealedText) or column.name.endswith("phone_index")
    }


def ruled() -> dict[tuple[str, str], Treatment]:
    return {(table, name): how for table, columns in TREATMENT.items() for name, how in columns.items()}


def test_every_sealed_column_and_every_index_of_numbers_has_a_rule_and_no_rule_is_of_nothing():
    assert personal_columns() == set(ruled())
    assert len(personal_columns()) > 40


def test_what_is_erased_lies_in_a_table_whose_rows_of_a_person_are_known():
    assert {table for (table, _), how in ruled().items() if how.erases} <= set(BY_TABLE)


def test_what_is_a_persons_is_handed_out_but_for_what_is_named():
    missing = {
        (table, name)
        for (table, name), how in ruled().items()
        if how is not Treatment.KEPT_NOT_A_CUSTOMERS
        and not name.endswith("phone_index")
        and (table not in BY_TABLE or name not in BY_TABLE[table].columns)
    }
    assert missing == {(table, name) for table, names in NOT_HANDED_OUT.items() for name in names}


def test_every_column_that_is_handed_out_is_one_of_its_table():
    wrong = {
        (name, column)
        for name, holding in BY_TABLE.items()
        for column in holding.columns
        if column not in declared_schema().tables[name].columns
    }
    assert wrong == set()


def test_an_emptied_column_may_be_empty():
    tables = declared_schema().tables
    assert all(tables[table].c[name].nullable for (table, name), how in ruled().items() if how is Treatment.EMPTIED)


def test_what_stays_names_the_law_or_says_that_it_is_nobodys():
    assert {how.label for how in Treatment if not how.erases} == {
        "会计资料,保存期未满(《会计档案管理办法》第十四条:凭证、账簿30年,其他10年)",
        "员工档案,履行劳动合同所必需(《劳动合同法》第五十条)",
        "内部作业说明,不指向客户",
    }
