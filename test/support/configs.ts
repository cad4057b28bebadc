// Small configs that tests submit.

/** 50 customers with 4 orders each. */
export const ORDERS = {
  seed: 7,
  tables: [
    {
      name: 'customers',
      rows: 50,
      columns: [{ name: 'id', type: 'int', constraints: ['PK'], rule: 'sequence' }],
    },
    {
      name: 'orders',
      columns: [
        { name: 'order_id', type: 'int', constraints: ['PK'], rule: 'sequence' },
        { name: 'customer_id', type: 'int', constraints: ['FK'] },
      ],
      foreign_keys: [
        {
          parent_table: 'customers',
          parent_column: 'id',
          child_column: 'customer_id',
          children: 4,
        },
      ],
    },
  ],
}
